import { FileQuestion } from 'lucide-react';
import type { ReactNode } from 'react';
import { useParams } from 'wouter';
import { ButtonLink } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { EnvironmentMark } from '../../components/environment-mark.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { EmptyState } from '../../components/states.tsx';
import { useSession } from '../../lib/session.ts';
import { AdvancedForm } from './advanced-form.tsx';
import { ConnectionForm } from './connection-form.tsx';
import css from './profile-page.module.css';

const back = { href: '/settings', label: 'Settings' };

/** One profile's connection and how it reads the doubtful points of the API. */
export function ProfilePage(): ReactNode {
  const { id } = useParams<{ id: string }>();
  const profile = useSession((session) => session.profiles).find((each) => each.id === id);
  if (!profile) {
    return (
      <EmptyState
        icon={FileQuestion}
        title="This profile no longer exists"
        text="It may have been removed in another window."
        actions={<ButtonLink href="/settings">Go to settings</ButtonLink>}
      />
    );
  }
  return (
    <div className={css['page']}>
      <PageHeader
        title={profile.name}
        back={back}
        meta={<EnvironmentMark environment={profile.environment} />}
      />
      <Card title="Connection">
        {profile.environment === 'practice' ? (
          <p className={css['text']}>
            Practice needs no account: its server is built in and starts with the app.
          </p>
        ) : (
          <ConnectionForm key={profile.id} profile={profile} />
        )}
      </Card>
      {profile.environment !== 'practice' && <AdvancedForm key={profile.id} profile={profile} />}
    </div>
  );
}
