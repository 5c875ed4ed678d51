import type { ReactNode } from 'react';
import { PageHeader } from '../components/page-header.tsx';
import { ApproversCard } from '../features/guards/approvers-card.tsx';
import { GuardsCard } from '../features/guards/guards-card.tsx';
import { useSession } from '../lib/session.ts';
import css from './guards-screen.module.css';

/** The guards by themselves; Settings holds them too. */
export function GuardsScreen(): ReactNode {
  return (
    <div className={css['page']}>
      <PageHeader title="Guards" />
      <GuardCards />
    </div>
  );
}

export function GuardCards(): ReactNode {
  const operator = useSession(({ info }) => info?.settings.operator);
  return (
    <>
      <GuardsCard />
      {/* Anew for another operator: who may approve depends on who asks. */}
      <ApproversCard key={operator} />
    </>
  );
}
