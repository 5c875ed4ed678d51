import type { ReactNode } from 'react';
import { ProfileSwitcher } from '../features/profiles/profile-switcher.tsx';
import { ConnectionState } from './connection-state.tsx';
import css from './header.module.css';
import { RateTicker } from './rate-ticker.tsx';

export function Header(): ReactNode {
  return (
    <header className={css['header']}>
      <span className={css['product']}>Bitpro Desk</span>
      <ProfileSwitcher />
      <div className={css['facts']}>
        <RateTicker />
        <ConnectionState />
      </div>
    </header>
  );
}
