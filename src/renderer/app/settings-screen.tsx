import type { ReactNode } from 'react';
import { ApproversCard } from '../features/guards/approvers-card.tsx';
import { GuardsCard } from '../features/guards/guards-card.tsx';
import { ProfilesCard } from '../features/profiles/profiles-card.tsx';
import { SettingsPage } from '../features/settings/settings-page.tsx';
import { useSession } from '../lib/session.ts';

/** Joins features that do not know each other. */
export function SettingsScreen(): ReactNode {
  const operator = useSession(({ info }) => info?.settings.operator);
  const guards = (
    <>
      <GuardsCard />
      {/* Anew for another operator: who may approve depends on who asks. */}
      <ApproversCard key={operator} />
    </>
  );
  return <SettingsPage profiles={<ProfilesCard />} guards={guards} />;
}
