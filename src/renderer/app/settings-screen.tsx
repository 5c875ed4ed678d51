import type { ReactNode } from 'react';
import { ProfilesCard } from '../features/profiles/profiles-card.tsx';
import { SettingsPage } from '../features/settings/settings-page.tsx';
import { GuardCards } from './guards-screen.tsx';

/** Joins features that do not know each other. */
export function SettingsScreen(): ReactNode {
  return <SettingsPage profiles={<ProfilesCard />} guards={<GuardCards />} />;
}
