import type { ReactNode } from 'react';
import { ApproversCard } from '../features/guards/approvers-card.tsx';
import { GuardsCard } from '../features/guards/guards-card.tsx';
import { ProfilesCard } from '../features/profiles/profiles-card.tsx';
import { SettingsPage } from '../features/settings/settings-page.tsx';

/** Joins features that do not know each other. */
export function SettingsScreen(): ReactNode {
  const guards = (
    <>
      <GuardsCard />
      <ApproversCard />
    </>
  );
  return <SettingsPage profiles={<ProfilesCard />} guards={guards} />;
}
