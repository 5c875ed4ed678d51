import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { Named } from '../components/named.tsx';
import { useSession } from '../lib/session.ts';
import { placeOf, places } from './places.ts';
import css from './sidebar.module.css';

export function Sidebar(): ReactNode {
  const [location] = useLocation();
  const current = placeOf(location);
  const info = useSession((session) => session.info);
  return (
    <nav className={css['sidebar']} aria-label="Main">
      <ul className={css['list']}>
        {places.map((place) => (
          <li key={place.href}>
            <Link
              href={place.href}
              className={css['item'] ?? ''}
              aria-current={place === current ? 'page' : undefined}
              title={place.label}
            >
              <place.icon size={15} aria-hidden />
              <span className={css['label']}>{place.label}</span>
            </Link>
          </li>
        ))}
      </ul>
      {info && (
        <p className={css['foot']}>
          Operator: <Named>{info.settings.operator}</Named>
        </p>
      )}
    </nav>
  );
}
