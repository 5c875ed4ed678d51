import type { AppInfo, Settings } from '#shared/domain/app.ts';
import type { ClientView } from '#shared/domain/client.ts';
import type {
  ConnectionForm,
  ProfileView,
  RenewedKeys,
  SavedProfile,
} from '#shared/domain/profile.ts';
import type { RecordsDamage } from '#shared/domain/damage.ts';
import type { RatePeriod, RateSeries } from '#shared/domain/rate.ts';
import type { ReportRequest } from '#shared/domain/report.ts';
import type { TransactionRow } from '#shared/domain/transaction.ts';
import { AppError } from '#shared/errors.ts';
import type { RequestInput } from '#shared/ipc/contract.ts';
import type { ConnectionMonitor } from '../bitpro/connection.ts';
import type { Registry } from '../clients/registry.ts';
import type { Guards } from '../money/guards.ts';
import type { Money } from '../money/intents.ts';
import { explorerLink } from '../profiles/explorer-link.ts';
import type { ProfileOptions, Profiles } from '../profiles/profiles.ts';
import type { Standing } from '../profiles/records-standing.ts';
import type { RatePoller } from '../rates/poller.ts';
import type { Reports } from '../reports/jobs.ts';
import { readRange } from '../reports/report-range.ts';
import type { Answer, Input } from '../storage/cache/answers.ts';
import type { Queries } from '../storage/cache/queries.ts';
import type { StoredClientView } from '../storage/client-views.ts';
import type { SyncEngine } from '../sync/engine.ts';
import { configureProfile } from './configure-profile.ts';
import type { Handlers } from './handler-types.ts';

/** What the open profile answers from its databases alone. */
export type OpenProfile = {
  profile: () => ProfileView;
  /** Not null: the records are what could be read of damaged ones, and cannot be written. */
  damage: RecordsDamage | null;
  queries: Queries;
  /** All else, loaded for the first who asks. @throws AppError when it cannot be */
  rooms: () => Promise<Rooms>;
};

export type Rooms = {
  /** Resolves when the records may be written: large ones are shown before they are checked. Rejects with what they lack. */
  ready: Promise<void>;
  clients: Registry;
  money: Money;
  guards: Guards;
  sync: SyncEngine;
  rates: RatePoller;
  reports: Reports;
  connection: ConnectionMonitor;
  standing: Pick<Standing, 'settle' | 'restored' | 'acknowledge'>;
  rateSeries: (period: RatePeriod) => Promise<RateSeries>;
  /** @throws AppError not_found */
  transaction: (clientUid: string, tid: string) => TransactionRow;
  /** @throws AppError not_found */
  annotate: (input: RequestInput<'history.annotate'>) => TransactionRow;
  tags: () => string[];
};

/** What the app offers beside it. */
export type HandlerDeps = {
  now: () => number;
  info: () => AppInfo;
  actor: () => string;
  saveSettings: (settings: Settings) => Promise<Settings>;
  profiles: Profiles;
  /** The open profile, waited for while it opens. @throws AppError when none is open or it cannot be opened */
  opened: () => Promise<OpenProfile>;
  switchProfile: (id: string) => Promise<ProfileView>;
  testAndSave: (form: ConnectionForm) => Promise<SavedProfile>;
  renewKeys: (keys: RenewedKeys) => Promise<SavedProfile>;
  configure: (input: ProfileOptions) => Promise<ProfileView>;
  copyVerified: (text: string) => Promise<void>;
  cancelKeychain: () => void;
  openExternal: (url: string) => Promise<void>;
  /** Null when the operator closed the dialog. */
  askWhereToSave: (request: ReportRequest) => Promise<string | null>;
  /** Null when the operator closed the dialog. */
  askWhichReport: () => Promise<string | null>;
  showInFolder: (path: string) => void;
};

/** A line a channel: what each request of the contract does. */
export function createHandlers(deps: HandlerDeps): Handlers {
  const { profiles, opened } = deps;

  const rooms = async (): Promise<Rooms> => (await opened()).rooms();

  /** Addresses are judged by the network of the open profile. */
  async function askOfNetwork<Name extends 'allClients' | 'clientsPage' | 'clientAttention'>(
    name: Name,
    input: Omit<Input<Name>, 'network'>,
  ): Promise<Answer<Name>> {
    const { queries, profile } = await opened();
    return queries.ask(name, { ...input, network: profile().network });
  }

  /** For what sends money or writes the records. @throws AppError storage_damaged while they can only be read */
  async function writable(): Promise<Rooms> {
    const { damage, rooms } = await opened();
    const open = await rooms();
    await open.ready;
    if (damage === null) return open;
    throw new AppError(
      'storage_damaged',
      'The records of this profile are damaged and can only be read. Nothing was sent or changed.',
    );
  }

  /** A client as it is shown, once something was done to it. */
  async function shown(
    open: Rooms,
    work: (clients: Registry) => StoredClientView | Promise<StoredClientView>,
  ): Promise<ClientView> {
    return open.clients.judged(await work(open.clients));
  }

  return {
    'app.info': () => deps.info(),
    'settings.save': (settings) => deps.saveSettings(settings),
    'clipboard.copy': async ({ text }) => {
      await deps.copyVerified(text);
      return null;
    },

    'profiles.list': () => profiles.list(),
    'profiles.switch': ({ id }) => deps.switchProfile(id),
    'profiles.testAndSave': (form) => deps.testAndSave(form),
    'profiles.renewKeys': (keys) => deps.renewKeys(keys),
    'profiles.cancelKeychain': () => {
      deps.cancelKeychain();
      return null;
    },
    'profiles.unlock': (input) => profiles.unlock(input),
    'profiles.lock': ({ id }) => profiles.lock(id),
    'profiles.configure': (input) => configureProfile({ ...deps, rooms, writable }, input),
    'profiles.remove': async (input) => {
      await profiles.remove(input);
      return null;
    },

    'records.damage': async () => (await opened()).damage,
    'records.restored': async () => (await rooms()).standing.restored(),
    'records.acknowledgeRestored': async () => {
      (await writable()).standing.acknowledge();
      return null;
    },
    'records.showCopy': async () => {
      const copyPath = (await opened()).damage?.copyPath;
      if (copyPath) deps.showInFolder(copyPath);
      return null;
    },
    'connection.status': async () => (await rooms()).connection.status(),

    'clients.list': () => askOfNetwork('allClients', {}),
    'clients.page': (query) => askOfNetwork('clientsPage', query),
    'clients.names': async () => (await opened()).queries.ask('clientNames', {}),
    'clients.reading': async (input) => (await opened()).queries.ask('clientsReading', input),
    'clients.get': async ({ uid }) => {
      const { clients } = await rooms();
      return clients.judged(clients.get(uid));
    },
    'clients.attention': () => askOfNetwork('clientAttention', {}),
    'clients.add': async (input) => shown(await writable(), (clients) => clients.add(input)),
    'clients.previewImport': async ({ csv }) => (await rooms()).clients.previewImport(csv),
    'clients.import': async ({ lines }) => {
      const { clients } = await writable();
      const result = await clients.import(lines);
      return result;
    },
    'clients.label': async (input) => shown(await writable(), (clients) => clients.label(input)),
    'clients.remove': async ({ uid }) => {
      (await writable()).clients.remove(uid);
      return null;
    },
    'clients.archive': async (input) =>
      shown(await writable(), (clients) => clients.archive(input)),
    'clients.acceptAddress': async (input) =>
      shown(await writable(), (clients) => clients.acceptAddress(input)),
    'clients.copyAddress': async ({ uid }) => {
      await deps.copyVerified(await (await rooms()).clients.usableAddress(uid));
      return null;
    },
    'clients.refresh': async ({ uid }) => {
      const open = await rooms();
      await open.sync.refreshClient(uid);
      return shown(open, (clients) => clients.get(uid));
    },

    'addresses.check': async ({ text }) => {
      const { profile, rooms } = await opened();
      const { checkAddress } = await import('../money/addresses.ts');
      const checked = checkAddress(text, profile().network);
      return { ...checked, ownClients: (await rooms()).clients.ownersOf(checked.address) };
    },

    'intents.prepare': async (draft) => (await writable()).money.prepare(draft),
    'intents.review': async ({ id }) => (await rooms()).money.review(id),
    'intents.confirm': async (confirmation) => (await writable()).money.confirm(confirmation),
    'intents.approve': async (approving) => (await writable()).money.approve(approving),
    'intents.settling': async ({ id }) => (await rooms()).money.settling(id),
    'intents.lookAgain': async ({ id }) => (await writable()).money.lookAgain(id),
    'intents.weigh': async (input) => (await writable()).money.weigh(input),
    'intents.settle': async (decision) => (await writable()).money.settle(decision),
    'intents.discard': async ({ id }) => (await writable()).money.discard(id),
    'intents.get': async ({ id }) => (await rooms()).money.get(id),
    'intents.list': async (filter) => (await rooms()).money.list(filter),

    'addressBook.list': async () => (await rooms()).guards.listBook(),
    'addressBook.add': async (input) => (await writable()).guards.addToBook(input),
    'addressBook.label': async (input) => (await writable()).guards.labelInBook(input),
    'addressBook.remove': async ({ address }) => {
      (await writable()).guards.removeFromBook(address);
      return null;
    },
    'policy.get': async () => (await rooms()).guards.policy(),
    'policy.save': async (input) => (await writable()).guards.savePolicy(input),
    'approvers.list': async () => (await rooms()).guards.listApprovers(),
    'approvers.add': async (input) => (await writable()).guards.addApprover(input),
    'approvers.remove': async (input) => {
      await (await writable()).guards.removeApprover(input);
      return null;
    },
    'approvers.changePassphrase': async (input) => {
      await (await writable()).guards.changePassphrase(input);
      return null;
    },

    'history.page': async (query) => (await opened()).queries.page(query),
    'history.landmarks': async (query) => (await opened()).queries.ask('landmarks', query),
    'history.summary': async ({ filter }) => (await opened()).queries.summary(filter),
    'history.get': async ({ clientUid, tid }) => (await rooms()).transaction(clientUid, tid),
    'history.annotate': async (input) => (await writable()).annotate(input),
    'history.tags': async () => (await rooms()).tags(),
    'history.openExplorer': async ({ clientUid, tid }) => {
      const { profile, rooms } = await opened();
      const { transaction } = await rooms();
      await deps.openExternal(explorerLink(profile(), transaction(clientUid, tid)));
      return null;
    },

    'sync.status': async () => (await rooms()).sync.status(),
    'sync.start': async () => {
      void (await rooms()).sync.runNow();
      return null;
    },
    'sync.cancel': async () => {
      (await rooms()).sync.cancel();
      return null;
    },
    'sync.prioritise': async ({ uids }) => {
      (await rooms()).sync.prioritise(uids);
      return null;
    },

    'rates.status': async () => (await rooms()).rates.status(),
    'rates.refresh': async () => {
      const { rates } = await rooms();
      await rates.refresh('poll');
      return rates.status();
    },
    'rates.series': async ({ period }) => (await rooms()).rateSeries(period),

    'overview.get': async (query) => (await opened()).queries.ask('overview', query),

    'reports.start': async (request) => {
      const { reports } = await rooms();
      // Before the dialog, so that bad dates are said beside their field.
      readRange(request);
      const path = await deps.askWhereToSave(request);
      return path === null ? null : reports.start(request, path);
    },
    'reports.cancel': async ({ jobId }) => {
      (await rooms()).reports.cancel(jobId);
      return null;
    },
    'reports.showInFolder': async ({ jobId }) => {
      deps.showInFolder((await rooms()).reports.pathOf(jobId));
      return null;
    },
    'reports.verify': async () => {
      const path = await deps.askWhichReport();
      if (path === null) return null;
      const { verifyReport } = await import('../reports/verify.ts');
      return { path, ...(await verifyReport(path)) };
    },
  };
}
