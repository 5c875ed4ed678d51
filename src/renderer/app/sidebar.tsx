import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useSession } from '../lib/session.ts';
import { isWithin, places } from './places.ts';
import css from './sidebar.module.css';

export function Sidebar(): ReactNode {
  const [location] = useLocation();
  const info = useSession((session) => session.info);
  return (
    <nav className={css['sidebar']} aria-label="Main">
      <ul className={css['list']}>
        {places.map((place) => (
          <li key={place.href}>
            <Link
              href={place.href}
              className={css['item'] ?? ''}
              aria-current={isWithin(location, place) ? 'page' : undefined}
            >
              <place.icon size={15} aria-hidden />
              {place.label}
            </Link>
          </li>
        ))}
      </ul>
      {info && <p className={css['foot']}>Operator: {info.settings.operator}</p>}
    </nav>
  );
}
