import { CloudOff, KeyRound } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { navigate } from 'wouter/use-hash-location';
import type { Intent } from '#shared/domain/intent.ts';
import type { ProfileView } from '#shared/domain/profile.ts';
import { Banner } from '../components/banner.tsx';
import { Button } from '../components/button.tsx';
import { secretWords } from '../components/secret-words.ts';
import { intentKindWords, intentStateWords } from '../components/wording.ts';
import { call } from '../lib/ipc.ts';
import { formatMinute, plural } from '../lib/format.ts';
import { useConnection, useProfile, useSyncProgress } from '../lib/profile.tsx';
import { useRequest } from '../lib/resource.ts';
import { switchProfile } from '../lib/session.ts';
import { useTimeZone } from '../lib/time-zone.ts';
import css from './attention.module.css';

/** What is true on every screen and must not be missed: no secret, offline, a wrong clock, readings that fail, payments that are not settled. */
export function Attention(): ReactNode {
  return (
    <div className={css['attention']}>
      <SecretBanner />
      <ConnectionBanner />
      <ReadingBanner />
      <OpenIntentsBanner />
    </div>
  );
}

function isSecretMissing({ environment, secret }: ProfileView): boolean {
  return environment !== 'practice' && secret !== 'ready' && secret !== 'session';
}

/** Without its secret key a profile can be read offline and nothing else. */
function SecretBanner(): ReactNode {
  const profile = useProfile();
  if (!isSecretMissing(profile)) return null;
  const { id, secret } = profile;
  return (
    <Banner
      tone="warning"
      icon={KeyRound}
      title={`Secret key: ${secretWords[secret].word.toLowerCase()}`}
      actions={
        <>
          {secret !== 'empty' && <Button onClick={() => void switchProfile(id)}>Try again</Button>}
          <Button onClick={() => navigate(`/settings/profiles/${id}`)}>Enter the secret key</Button>
        </>
      }
    >
      Nothing new can be read, and nothing sent. Everything below is what was last read.
    </Banner>
  );
}

function ConnectionBanner(): ReactNode {
  const connection = useConnection();
  const timeZone = useTimeZone();
  if (connection?.state === 'offline') {
    return (
      <Banner
        tone="warning"
        icon={CloudOff}
        title={`Offline since ${formatMinute(connection.sinceMs, timeZone)}`}
        actions={<Button onClick={() => void call('sync.start', {})}>Try again</Button>}
      >
        Everything below is what was last read.
        {connection.reason !== null && ` ${connection.reason}`}
      </Banner>
    );
  }
  if (connection?.clockWarning) {
    const seconds = Math.round(Math.abs(connection.clockOffsetMs) / 1000);
    const direction = connection.clockOffsetMs > 0 ? 'behind' : 'ahead of';
    return (
      <Banner tone="warning" title="Check this computer’s clock">
        It is {plural(seconds, 'second')} {direction} the server. Requests are signed with the
        corrected time.
      </Banner>
    );
  }
  return null;
}

/** The service answers, but not all could be read: without its secret key, say, or with a key that was revoked. */
function ReadingBanner(): ReactNode {
  const offline = useConnection()?.state === 'offline';
  const sync = useSyncProgress();
  const isSilent = isSecretMissing(useProfile());
  if (isSilent || offline || !sync || sync.lastError === null) return null;
  return (
    <Banner
      tone="warning"
      title="The last reading stopped short"
      actions={<Button onClick={() => void call('sync.start', {})}>Try again</Button>}
    >
      Some figures may be older than they look. {sync.lastError}
    </Banner>
  );
}

const SHOWN = 3;

/** Left out where the intents themselves are on screen. */
function OpenIntentsBanner(): ReactNode {
  const [location] = useLocation();
  const { value } = useRequest('intents.list', { openOnly: true }, ['intents.changed']);
  const onIntent = location.startsWith('/intents');
  // A journaled or sent intent while its own review is on screen is simply in progress.
  const onReview = /^\/clients\/[^/]+\/(buy|withdraw)$/.test(location);
  if (!value?.length || location === '/' || onIntent || onReview) return null;
  return (
    <Banner
      tone={value.some((each) => each.state === 'needs_human') ? 'danger' : 'warning'}
      title={`${plural(value.length, 'request')} not settled`}
    >
      <ul className={css['intents']}>
        {value.slice(0, SHOWN).map((intent) => (
          <li key={intent.id}>
            <IntentLink intent={intent} />
          </li>
        ))}
        {value.length > SHOWN && (
          <li>
            <Link href="/intents">and {value.length - SHOWN} more</Link>
          </li>
        )}
      </ul>
    </Banner>
  );
}

function IntentLink({ intent }: { intent: Intent }): ReactNode {
  const subject = intent.clientUid ?? intent.label ?? '';
  return (
    <Link href={`/intents/${intent.id}`}>
      {intentKindWords[intent.kind]} {subject}: {intentStateWords[intent.state].word.toLowerCase()}
    </Link>
  );
}
