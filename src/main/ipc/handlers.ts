import type { AppInfo, Settings } from '#shared/domain/app.ts';
import type { ConnectionForm, ProfileView } from '#shared/domain/profile.ts';
import type { RecordsDamage } from '#shared/domain/damage.ts';
import type { ReportRequest } from '#shared/domain/report.ts';
import { AppError } from '#shared/errors.ts';
import type { ConnectionMonitor } from '../bitpro/connection.ts';
import { annotateTransaction, readTransaction } from '../clients/annotate.ts';
import type { Registry } from '../clients/registry.ts';
import type { Guards } from '../money/guards.ts';
import type { Money } from '../money/intents.ts';
import { overview } from '../money/reconciliation.ts';
import { explorerLink } from '../profiles/explorer-link.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { RatePoller } from '../rates/poller.ts';
import { rateSeries } from '../rates/series.ts';
import type { Reports } from '../reports/jobs.ts';
import { readRange } from '../reports/report-range.ts';
import type { Queries } from '../storage/cache/queries.ts';
import type { CacheDb, RecordsDb } from '../storage/open.ts';
import { listTags } from '../storage/records/annotations-repo.ts';
import type { SyncEngine } from '../sync/engine.ts';
import type { Handlers } from './handler-types.ts';

/** What the open profile offers to the handlers. */
export type OpenProfile = {
  profile: () => ProfileView;
  /** Not null: `records` holds what could be read of damaged ones, and cannot be written. */
  damage: RecordsDamage | null;
  /** Resolves when `records` may be written: large ones are shown before they are checked. Rejects with what they lack. */
  ready: Promise<void>;
  records: RecordsDb;
  cache: CacheDb;
  queries: Queries;
  clients: Registry;
  money: Money;
  guards: Guards;
  sync: SyncEngine;
  rates: RatePoller;
  reports: Reports;
  connection: ConnectionMonitor;
};

/** What the app offers beside it. */
export type HandlerDeps = {
  now: () => number;
  info: () => AppInfo;
  actor: () => string;
  saveSettings: (settings: Settings) => Settings;
  profiles: Profiles;
  /** The open profile, waited for while it opens. @throws AppError when none is open or it cannot be opened */
  opened: () => Promise<OpenProfile>;
  switchProfile: (id: string) => Promise<ProfileView>;
  testAndSave: (form: ConnectionForm) => Promise<ProfileView>;
  configure: (input: Parameters<Profiles['configure']>[0]) => Promise<ProfileView>;
  copyVerified: (text: string) => Promise<void>;
  openExternal: (url: string) => Promise<void>;
  /** Null when the operator closed the dialog. */
  askWhereToSave: (request: ReportRequest) => Promise<string | null>;
  showInFolder: (path: string) => void;
};

/** A line a channel: what each request of the contract does. */
export function createHandlers(deps: HandlerDeps): Handlers {
  const { profiles, opened, now } = deps;

  /** For what sends money or writes the records. @throws AppError storage_damaged while they can only be read */
  async function writable(): Promise<OpenProfile> {
    const open = await opened();
    await open.ready;
    if (open.damage === null) return open;
    throw new AppError(
      'storage_damaged',
      'The records of this profile are damaged and can only be read. Nothing was sent or changed.',
    );
  }

  return {
    'app.info': () => deps.info(),
    'settings.save': (settings) => deps.saveSettings(settings),

    'profiles.list': () => profiles.list(),
    'profiles.switch': ({ id }) => deps.switchProfile(id),
    'profiles.testAndSave': (form) => deps.testAndSave(form),
    'profiles.unlock': (input) => profiles.unlock(input),
    'profiles.lock': ({ id }) => profiles.lock(id),
    'profiles.configure': (input) => deps.configure(input),
    'profiles.remove': async (input) => {
      await profiles.remove(input);
      return null;
    },

    'records.damage': async () => (await opened()).damage,
    'records.showCopy': async () => {
      const copyPath = (await opened()).damage?.copyPath;
      if (copyPath) deps.showInFolder(copyPath);
      return null;
    },
    'connection.status': async () => (await opened()).connection.status(),

    'clients.list': async () => (await opened()).clients.list(),
    'clients.add': async (input) => (await writable()).clients.add(input),
    'clients.previewImport': async ({ csv }) => (await opened()).clients.previewImport(csv),
    'clients.import': async ({ lines }) => {
      const { clients, sync } = await writable();
      const result = clients.import(lines);
      void sync.runNow();
      return result;
    },
    'clients.label': async (input) => (await writable()).clients.label(input),
    'clients.archive': async (input) => (await writable()).clients.archive(input),
    'clients.acceptAddress': async (input) => (await writable()).clients.acceptAddress(input),
    'clients.copyAddress': async ({ uid }) => {
      await deps.copyVerified((await opened()).clients.usableAddress(uid));
      return null;
    },
    'clients.refresh': async ({ uid }) => {
      const { clients, sync } = await opened();
      await sync.refreshClient(uid);
      return clients.get(uid);
    },

    'addresses.check': async ({ text }) => {
      const { network } = (await opened()).profile();
      const { checkAddress } = await import('../money/addresses.ts');
      return checkAddress(text, network);
    },

    'intents.prepare': async (draft) => (await writable()).money.prepare(draft),
    'intents.review': async ({ id }) => (await opened()).money.review(id),
    'intents.confirm': async (confirmation) => (await writable()).money.confirm(confirmation),
    'intents.approve': async (approving) => (await writable()).money.approve(approving),
    'intents.settling': async ({ id }) => (await opened()).money.settling(id),
    'intents.lookAgain': async ({ id }) => (await writable()).money.lookAgain(id),
    'intents.settle': async (decision) => (await writable()).money.settle(decision),
    'intents.discard': async ({ id }) => (await writable()).money.discard(id),
    'intents.get': async ({ id }) => (await opened()).money.get(id),
    'intents.list': async (filter) => (await opened()).money.list(filter),

    'addressBook.list': async () => (await opened()).guards.listBook(),
    'addressBook.add': async (input) => (await writable()).guards.addToBook(input),
    'addressBook.label': async (input) => (await writable()).guards.labelInBook(input),
    'addressBook.remove': async ({ address }) => {
      (await writable()).guards.removeFromBook(address);
      return null;
    },
    'policy.get': async () => (await opened()).guards.policy(),
    'policy.save': async (input) => (await writable()).guards.savePolicy(input),
    'approvers.list': async () => (await opened()).guards.listApprovers(),
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
    'history.get': async ({ clientUid, tid }) =>
      readTransaction((await opened()).cache, clientUid, tid),
    'history.annotate': async (input) =>
      annotateTransaction(await writable(), input, { atMs: now(), actor: deps.actor() }),
    'history.tags': async () => listTags((await opened()).records),
    'history.openExplorer': async ({ clientUid, tid }) => {
      const { profile, cache } = await opened();
      await deps.openExternal(explorerLink(profile(), readTransaction(cache, clientUid, tid)));
      return null;
    },

    'sync.status': async () => (await opened()).sync.status(),
    'sync.start': async () => {
      void (await opened()).sync.runNow();
      return null;
    },
    'sync.cancel': async () => {
      (await opened()).sync.cancel();
      return null;
    },
    'sync.prioritise': async ({ uids }) => {
      (await opened()).sync.prioritise(uids);
      return null;
    },

    'rates.status': async () => (await opened()).rates.status(),
    'rates.refresh': async () => {
      const { rates } = await opened();
      await rates.refresh('poll');
      return rates.status();
    },
    'rates.series': async ({ period }) => {
      const { records, cache } = await opened();
      return rateSeries(records, cache, period, now());
    },

    'overview.get': async () => {
      const { records, cache } = await opened();
      return overview(records, cache);
    },

    'reports.start': async (request) => {
      const { reports } = await opened();
      // Before the dialog, so that bad dates are said beside their field.
      readRange(request);
      const path = await deps.askWhereToSave(request);
      return path === null ? null : reports.start(request, path);
    },
    'reports.cancel': async ({ jobId }) => {
      (await opened()).reports.cancel(jobId);
      return null;
    },
    'reports.showInFolder': async ({ jobId }) => {
      deps.showInFolder((await opened()).reports.pathOf(jobId));
      return null;
    },
  };
}
