import {
  ChevronDown,
  ChevronUp,
  CloudOff,
  DatabaseZap,
  History,
  KeyRound,
  type LucideIcon,
} from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { navigate } from 'wouter/use-hash-location';
import type { RecordsDamage, RecordsPart } from '#shared/domain/damage.ts';
import type { Intent } from '#shared/domain/intent.ts';
import type { ProfileView } from '#shared/domain/profile.ts';
import { ClientName } from '../components/client-name.tsx';
import { Named } from '../components/named.tsx';
import { Banner } from '../components/banner.tsx';
import { Button } from '../components/button.tsx';
import { secretWords } from '../components/secret-words.ts';
import { intentKindWords, intentStateWording } from '../components/wording.ts';
import { call } from '../lib/ipc.ts';
import { formatCount, formatMinute, plural } from '../lib/format.ts';
import { useConnection, useProfile, useSyncProgress } from '../lib/profile.tsx';
import { useDamage } from '../lib/damage.ts';
import { useRequest } from '../lib/resource.ts';
import { switchProfile } from '../lib/session.ts';
import { useTimeZone } from '../lib/time-zone.ts';
import css from './attention.module.css';

type Matter = {
  id: string;
  tone: 'danger' | 'warning';
  icon?: LucideIcon;
  title: string;
  text: ReactNode;
  actions?: ReactNode;
};

/**
 * What is true on every screen and must not be missed: damaged records, no secret, offline, a wrong clock, readings that
 * fail, payments that are not settled. One line, the worst first; the rest a press away.
 */
export function Attention(): ReactNode {
  const matters = useMatters();
  const [open, setOpen] = useState(false);
  const listId = useId();
  const [worst] = matters;
  if (!worst) return null;
  const others = matters.length - 1;
  return (
    <div className={css['attention']} data-open={open}>
      <div id={listId} className={css['matters']}>
        {(open ? matters : [worst]).map(({ id, text, ...matter }) => (
          <Banner key={id} {...matter} isShort={!open}>
            {text}
          </Banner>
        ))}
      </div>
      <button
        type="button"
        className={css['more']}
        aria-expanded={open}
        aria-controls={listId}
        aria-label={open ? 'Show less' : moreLabel(others)}
        onClick={() => setOpen(!open)}
      >
        {others > 0 && !open && `+${formatCount(others)}`}
        {open ? <ChevronUp size={16} aria-hidden /> : <ChevronDown size={16} aria-hidden />}
      </button>
    </div>
  );
}

function moreLabel(others: number): string {
  return others === 0 ? 'Show all of this notice' : `Show ${plural(others, 'more notice')}`;
}

/** The worst first. */
function useMatters(): readonly Matter[] {
  const all = [
    useDamageMatter(),
    useRestoredMatter(),
    useSecretMatter(),
    useConnectionMatter(),
    useReadingMatter(),
    useOpenIntentsMatter(),
  ].filter((matter) => matter !== null);
  return [
    ...all.filter(({ tone }) => tone === 'danger'),
    ...all.filter(({ tone }) => tone !== 'danger'),
  ];
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
function useDamageMatter(): Matter | null {
  const damage = useDamage();
  if (damage === null) return null;
  return {
    id: 'damage',
    tone: 'danger',
    icon: DatabaseZap,
    title: 'The records of this profile are damaged and can only be read',
    actions: damage.copyPath !== null && (
      <Button onClick={() => void call('records.showCopy', {})}>Show the copy</Button>
    ),
    text: (
      <>
        {damage.misfit !== null && `They were changed outside the app. ${damage.misfit} `}
        Nothing can be sent or changed here. {describeReadable(damage)} The damaged file was left as
        it is{damage.copyPath !== null && ', and a copy of it kept'}. Bitpro Desk cannot mend it and
        keeps no earlier state of it. If you have a copy of this profile’s folder, close Bitpro Desk
        and put the copy in its place. What was paid since that copy was made stands only in the
        history: look there before you pay anything again.
      </>
    ),
  };
}

/** Stays until somebody says that they have read it. */
function useRestoredMatter(): Matter | null {
  const { value } = useRequest('records.restored', {}, ['records.changed']);
  if (!value) return null;
  const { why, discarded } = value;
  return {
    id: 'restored',
    tone: 'danger',
    icon: History,
    title: 'These are not the records that were written last',
    actions: (
      <Button onClick={() => void call('records.acknowledgeRestored', {})}>I have read it</Button>
    ),
    text: (
      <>
        {why === 'older'
          ? 'They are an older copy: what was done since then is missing here. '
          : 'They went on in another place: on another computer, in another account, or with another keychain. '}
        {discarded === 0
          ? 'No request was waiting. '
          : `${plural(discarded, 'request')} that waited may have been sent already and will not be sent from here. `}
        Compare Requests and History with what you know was paid before you pay anything again. The
        history of a client is read whole before it pays.
      </>
    ),
  };
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
function useSecretMatter(): Matter | null {
  const profile = useProfile();
  if (!isSecretMissing(profile)) return null;
  const { id, secret } = profile;
  return {
    id: 'secret',
    tone: 'warning',
    icon: KeyRound,
    title: `Secret key: ${secretWords[secret].word.toLowerCase()}`,
    actions: (
      <>
        {secret !== 'empty' && <Button onClick={() => void switchProfile(id)}>Try again</Button>}
        <Button onClick={() => navigate(`/settings/profiles/${id}`)}>Enter the secret key</Button>
      </>
    ),
    text: 'Nothing new can be read, and nothing sent. Everything below is what was last read.',
  };
}

function useConnectionMatter(): Matter | null {
  const connection = useConnection();
  const timeZone = useTimeZone();
  if (connection?.state === 'offline') {
    return {
      id: 'connection',
      tone: 'warning',
      icon: CloudOff,
      title: `Offline since ${formatMinute(connection.sinceMs, timeZone)}`,
      actions: <Button onClick={() => void call('sync.start', {})}>Try again</Button>,
      text: (
        <>
          Everything below is what was last read.
          {connection.reason !== null && ` ${connection.reason}`}
        </>
      ),
    };
  }
  if (!connection?.clockWarning) return null;
  const seconds = Math.round(Math.abs(connection.clockOffsetMs) / 1000);
  const direction = connection.clockOffsetMs > 0 ? 'behind' : 'ahead of';
  return {
    id: 'clock',
    tone: 'warning',
    title: 'Check this computer’s clock',
    text: `It is ${plural(seconds, 'second')} ${direction} the server. Requests are signed with the corrected time.`,
  };
}

/** The service answers, but not all could be read: without its secret key, say, or with a key that was revoked. */
function useReadingMatter(): Matter | null {
  const offline = useConnection()?.state === 'offline';
  const sync = useSyncProgress();
  const isSilent = isSecretMissing(useProfile());
  if (isSilent || offline || !sync || sync.lastError === null) return null;
  return {
    id: 'reading',
    tone: 'warning',
    title: 'The last reading stopped short',
    actions: <Button onClick={() => void call('sync.start', {})}>Try again</Button>,
    text: <>Some figures may be older than they look. {sync.lastError}</>,
  };
}

const SHOWN = 3;

/** Left out where the intents themselves are on screen. */
function useOpenIntentsMatter(): Matter | null {
  const [location] = useLocation();
  const { value } = useRequest('intents.list', { openOnly: true }, ['intents.changed']);
  const onIntent = location.startsWith('/intents');
  // A journaled or sent intent while its own review is on screen is simply in progress.
  const onReview = /^\/clients\/[^/]+\/(buy|withdraw)$/.test(location);
  if (!value?.length || location === '/' || onIntent || onReview) return null;
  const isDanger = value.some((each) => intentStateWording(each).tone === 'danger');
  return {
    id: 'intents',
    tone: isDanger ? 'danger' : 'warning',
    title: `${plural(value.length, 'request')} not settled`,
    text: (
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
    ),
  };
}

function IntentLink({ intent }: { intent: Intent }): ReactNode {
  const { clientUid, label } = intent;
  const { word } = intentStateWording(intent);
  return (
    <Link href={`/intents/${intent.id}`}>
      {intentKindWords[intent.kind]}{' '}
      {clientUid === null ? <Named>{label ?? ''}</Named> : <ClientName uid={clientUid} />}:{' '}
      {word.toLowerCase()}
    </Link>
  );
}
