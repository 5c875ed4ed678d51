import { FileQuestion } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useParams } from 'wouter';
import type { ProfileView } from '#shared/domain/profile.ts';
import { Button, ButtonLink } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { EnvironmentMark } from '../../components/environment-mark.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { EmptyState } from '../../components/states.tsx';
import { useSession } from '../../lib/session.ts';
import { AdvancedForm } from './advanced-form.tsx';
import { ConnectionForm } from './connection-form.tsx';
import css from './profile-page.module.css';
import { RenewKeysDialog } from './renew-keys-dialog.tsx';

const back = { href: '/settings', label: 'Settings' };

/** One profile's connection and how it reads the doubtful points of the API. */
export function ProfilePage(): ReactNode {
  const { id } = useParams<{ id: string }>();
  const [renewing, setRenewing] = useState(false);
  const profile = useSession((session) => session.profiles).find((each) => each.id === id);
  if (!profile) {
    return (
      <>
        <PageHeader title="Profile" back={back} />
        <EmptyState
          icon={FileQuestion}
          title="This profile no longer exists"
          text="It was removed. Its records stay on disk and are found again when the same account is added."
          actions={<ButtonLink href="/settings">Go to settings</ButtonLink>}
        />
      </>
    );
  }
  return (
    <div className={css['page']}>
      <PageHeader
        title={profile.name}
        back={back}
        meta={<EnvironmentMark environment={profile.environment} />}
      />
      <Card
        title="Connection"
        actions={
          isRenewable(profile) && <Button onClick={() => setRenewing(true)}>Renew keys</Button>
        }
      >
        {profile.environment === 'practice' ? (
          <p className={css['text']}>
            Practice needs no account: its server is built in and starts with the app.
          </p>
        ) : (
          <ConnectionForm key={`${profile.id} ${profile.apiKey}`} profile={profile} />
        )}
      </Card>
      {profile.environment !== 'practice' && <AdvancedForm key={profile.id} profile={profile} />}
      {renewing && <RenewKeysDialog profile={profile} onClose={() => setRenewing(false)} />}
    </div>
  );
}

/** What has an account already. */
function isRenewable({ environment, apiKey }: ProfileView): boolean {
  return environment !== 'practice' && apiKey !== '';
}
