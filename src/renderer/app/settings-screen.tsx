import type { ReactNode } from 'react';
import { ProfilesCard } from '../features/profiles/profiles-card.tsx';
import { SettingsPage } from '../features/settings/settings-page.tsx';

/** Joins two features that do not know each other. */
export function SettingsScreen(): ReactNode {
  return <SettingsPage profiles={<ProfilesCard />} />;
}
