import { CloudOff, DatabaseZap, KeyRound } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { navigate } from 'wouter/use-hash-location';
import type { RecordsDamage, RecordsPart } from '#shared/domain/damage.ts';
import type { Intent } from '#shared/domain/intent.ts';
import type { ProfileView } from '#shared/domain/profile.ts';
import { Banner } from '../components/banner.tsx';
import { Button } from '../components/button.tsx';
import { secretWords } from '../components/secret-words.ts';
import { intentKindWords, intentStateWording } from '../components/wording.ts';
import { call } from '../lib/ipc.ts';
import { formatMinute, plural } from '../lib/format.ts';
import { useConnection, useProfile, useSyncProgress } from '../lib/profile.tsx';
import { useDamage } from '../lib/damage.ts';
import { useRequest } from '../lib/resource.ts';
import { switchProfile } from '../lib/session.ts';
import { useTimeZone } from '../lib/time-zone.ts';
import css from './attention.module.css';

/** What is true on every screen and must not be missed: damaged records, no secret, offline, a wrong clock, readings that fail, payments that are not settled. */
export function Attention(): ReactNode {
  return (
    <div className={css['attention']}>
      <DamageBanner />
      <SecretBanner />
      <ConnectionBanner />
      <ReadingBanner />
      <OpenIntentsBanner />
    </div>
  );
}

const partWords: Record<RecordsPart, string> = {
  clients: 'clients',
  requests: 'requests',
  notes: 'notes',
  guards: 'limits and address book',
  rates: 'rates',
  audit: 'audit log',
};

/** Nothing is sent or written then: main refuses it. */
function DamageBanner(): ReactNode {
  const damage = useDamage();
  if (damage === null) return null;
  return (
    <Banner
      tone="danger"
      icon={DatabaseZap}
      title="The records of this profile are damaged and can only be read"
      actions={
        damage.copyPath !== null && (
          <Button onClick={() => void call('records.showCopy', {})}>Show the copy</Button>
        )
      }
    >
      {damage.misfit !== null && `They were changed outside the app. ${damage.misfit} `}
      Nothing can be sent or changed here. {describeReadable(damage)} The damaged file was left as
      it is{damage.copyPath !== null && ', and a copy of it kept'}. Bitpro Desk cannot mend it and
      keeps no earlier state of it. If you have a copy of this profile’s folder, close Bitpro Desk
      and put the copy in its place. What was paid since that copy was made stands only in the
      history: look there before you pay anything again.
    </Banner>
  );
}

function describeReadable({ incomplete }: RecordsDamage): string {
  if (incomplete.length === 0) return 'All of them could still be read.';
  if (incomplete.length === Object.keys(partWords).length) {
    return 'None of the records could be read: the clients shown are those that the history names.';
  }
  const parts = incomplete.map((part) => partWords[part]).join(', ');
  return `Not all of these could be read: ${parts}.`;
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
      tone={value.some((each) => intentStateWording(each).tone === 'danger') ? 'danger' : 'warning'}
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
  const { word } = intentStateWording(intent);
  return (
    <Link href={`/intents/${intent.id}`}>
      {intentKindWords[intent.kind]} {subject}: {word.toLowerCase()}
    </Link>
  );
}
