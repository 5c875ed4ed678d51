import type { ReactNode } from 'react';
import { Card } from '../../components/card.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { ConnectionForm } from './connection-form.tsx';
import css from './profile-page.module.css';

export function ConnectPage(): ReactNode {
  return (
    <div className={css['page']}>
      <PageHeader
        title="Add profile"
        back={{ href: '/settings', label: 'Settings' }}
        meta="The connection is tried step by step and saved only if every step passes."
      />
      <Card>
        <ConnectionForm profile={null} />
      </Card>
    </div>
  );
}
