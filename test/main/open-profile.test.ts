import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Intent } from '#shared/domain/intent.ts';
import { defaultApiOptions, type ProfileView } from '#shared/domain/profile.ts';
import { requests, type RequestName } from '#shared/ipc/contract.ts';
import { createHandlers, type HandlerDeps, type Rooms } from '../../src/main/ipc/handlers.ts';
import { openProfile, type OpenOptions, type RunningProfile } from '../../src/main/open-profile.ts';
import { createProfileDir } from '../../src/main/profiles/profile-dir.ts';
import { createDeferredSigner } from '../../src/main/secrets/deferred-signer.ts';
import { createSigner } from '../../src/main/secrets/signer.ts';
import { copyAsKilled } from '../simulation/disk.ts';
import { createRandom } from '../simulation/random.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { API_KEY, SECRET } from './bitpro/raw-server.ts';
import { DESTINATION } from './money/fixture.ts';
import { startProxy } from './money/spoiling-proxy.ts';
import { temporaryDirectory } from './storage/databases.ts';
import { journalOf, NO_HISTORY } from './money/journal-of.ts';

const PAGE_BYTES = 4096;

/** A profile over a real server whose answers can be lost, with a client that holds bitcoin. */
async function setUp() {
  const sandbox = await startSandbox({
    merchants: [{ apiKey: API_KEY, secret: SECRET }],
    deposits: 'none',
  });
  onTestFinished(() => sandbox.close());
  const proxy = await startProxy(sandbox.url);
  const profile: ProfileView = {
    id: 'sandbox',
    name: 'Sandbox',
    environment: 'sandbox',
    network: 'testnet',
    builtIn: true,
    baseUrl: proxy.baseUrl,
    apiKey: API_KEY,
    explorerUrl: '',
    locked: false,
    enrolled: true,
    options: defaultApiOptions,
    active: true,
    secret: 'ready',
  };
  const paths = createProfileDir(temporaryDirectory(), profile.id);
  const failures: unknown[] = [];
  async function open(also: Partial<OpenOptions> = {}) {
    const running = openProfile({
      paths,
      baseUrl: proxy.baseUrl,
      profile: () => profile,
      signer: createDeferredSigner(Promise.resolve(createSigner(SECRET))),
      appVersion: '0',
      now: Date.now,
      actor: () => 'alice',
      emit: () => {},
      onDeposits: () => {},
      onFailure: (event, error) => failures.push([event, error]),
      ...also,
    });
    onTestFinished(() => running.close());
    return { ...(await running.rooms()), ...running };
  }
  const running = await open();
  const created = await send(running, { kind: 'create_client', label: 'Bob' });
  const clientUid = created.clientUid ?? '';
  await send(running, { kind: 'buy', clientUid, amountUsd: '1500' });
  await running.sync.refreshClient(clientUid);
  const lose = async (): Promise<string> => {
    proxy.fault = 'drop-answer';
    const payment = {
      kind: 'withdrawal',
      clientUid,
      address: DESTINATION,
      amountBtc: '0.12',
    } as const;
    const { id, state } = await send(running, payment);
    expect(state).toBe('unknown');
    proxy.fault = 'none';
    return id;
  };
  return { proxy, sandbox, paths, running, open, lose, clientUid, failures };
}

async function send(
  { money }: Pick<Rooms, 'money'>,
  draft: Parameters<Rooms['money']['prepare']>[0],
): Promise<Intent> {
  const { intent, reviewHash } = await money.prepare(draft);
  const typed = intent.address?.slice(-6) ?? null;
  return money.confirm({ id: intent.id, reviewHash, typed });
}

/** As a kill between `sent` and the call leaves it. */
function markSent(running: RunningProfile, { id, reviewHash }: { id: string; reviewHash: string }) {
  journalOf(running.records, Date.now).markSent(id, reviewHash, {
    ...NO_HISTORY,
    atMs: Date.now(),
  });
}

test('an outcome that was lost is looked up when the profile is started again', async () => {
  const { proxy, running, open, lose } = await setUp();
  const id = await lose();
  await running.close();
  const next = await open();
  expect(next.money.get(id).state).toBe('unknown');
  next.start();
  await expect.poll(() => next.money.get(id).state).toBe('confirmed');
  expect(proxy.posts).toBe(3);
});

test('and when Bitpro is reached again', async () => {
  const { proxy, running, lose } = await setUp();
  await running.money.startSettling();
  const id = await lose();
  await proxy.close();
  await expect(running.rates.refresh('poll')).rejects.toMatchObject({ code: 'connection_refused' });
  expect(running.connection.status().state).toBe('offline');
  await proxy.open();
  await running.rates.refresh('poll');
  // Sooner than the planned look, five seconds after the answer was lost.
  await expect.poll(() => running.money.get(id).state, { timeout: 3000 }).toBe('confirmed');
  expect(proxy.posts).toBe(3);
});

test('records that cannot be written at the start are shown, and what was being sent is not known', async () => {
  const { proxy, running, paths, open, clientUid, failures } = await setUp();
  const { intent, reviewHash } = await running.money.prepare({
    kind: 'withdrawal',
    clientUid,
    address: DESTINATION,
    amountBtc: '0.12',
  });
  markSent(running, { id: intent.id, reviewHash });
  await running.close();
  const other = new Database(paths.recordsPath);
  onTestFinished(() => void other.close());
  other.exec('BEGIN IMMEDIATE');
  const { money } = await open();
  expect(money.get(intent.id)).toMatchObject({
    state: 'sent',
    reason: expect.stringMatching(/^We don’t know yet whether it went\./),
  });
  const busy = expect.objectContaining({ code: 'storage_failed' });
  expect(failures).toContainEqual(['recover', busy]);
  other.exec('ROLLBACK');
  await expect(
    money.confirm({ id: intent.id, reviewHash, typed: DESTINATION.slice(-6) }),
  ).rejects.toMatchObject({ code: 'conflict' });
  expect(proxy.posts).toBe(2);
});

/** What a damaged profile still answers; every other request of the contract sends, writes or is not of a profile. */
const stillAnswered: readonly RequestName[] = [
  'records.damage',
  'records.showCopy',
  'records.restored',
  'connection.status',
  'clients.attention',
  'clients.get',
  'clients.list',
  'clients.page',
  'clients.names',
  'clients.reading',
  'clients.previewImport',
  'clients.copyAddress',
  'clients.refresh',
  'addresses.check',
  'intents.review',
  'intents.settling',
  'intents.get',
  'intents.list',
  'addressBook.list',
  'policy.get',
  'approvers.list',
  'history.page',
  'history.landmarks',
  'history.summary',
  'history.get',
  'history.tags',
  'history.openExplorer',
  'sync.status',
  'sync.start',
  'sync.cancel',
  'sync.prioritise',
  'rates.status',
  'rates.refresh',
  'rates.series',
  'overview.get',
  'reports.start',
  'reports.cancel',
  'reports.showInFolder',
  'reports.verify',
];

describe('damaged records', () => {
  /** That reading leaves an empty log behind is no matter. */
  const contentOf = (path: string) =>
    [path, `${path}-wal`].map((file) => {
      const content = existsSync(file) ? readFileSync(file) : '';
      return createHash('sha256').update(content).digest('hex');
    });

  /** A profile with one lost and one waiting withdrawal, closed, whose records are then damaged. */
  async function setUpDamaged(
    damage: (content: Buffer, rootOf: (table: string) => number) => void,
  ) {
    const desk = await setUp();
    const lostId = await desk.lose();
    const { intent, reviewHash } = await desk.running.money.prepare({
      kind: 'withdrawal',
      clientUid: desk.clientUid,
      address: DESTINATION,
      amountBtc: '0.2',
    });
    await desk.running.close();
    const { recordsPath } = desk.paths;
    const content = readFileSync(recordsPath);
    damage(content, (table) => rootOf(recordsPath, table));
    writeFileSync(recordsPath, content);
    const waiting = { id: intent.id, reviewHash, typed: DESTINATION.slice(-6) };
    return { ...desk, lostId, waiting, before: contentOf(recordsPath), posts: desk.proxy.posts };
  }

  /** Where the first page of a table begins. */
  function rootOf(path: string, table: string): number {
    const db = new Database(path);
    const root = db
      .prepare<[string], number>('SELECT rootpage FROM sqlite_schema WHERE name = ?')
      .pluck();
    const page = root.get(table) ?? 0;
    db.close();
    return (page - 1) * PAGE_BYTES;
  }

  test.each<[string, Parameters<typeof setUpDamaged>[0], shown: number]>([
    [
      'in a table',
      (content, root) => void content.fill(0xa5, root('rates'), root('rates') + PAGE_BYTES),
      2,
    ],
    ['in their header', (content) => void content.fill(0, 0, 100), 0],
  ])('%s: read, never written, and nothing is sent', async (_where, damage, shown) => {
    const desk = await setUpDamaged(damage);
    const reopened = await desk.open();
    expect(reopened.damage).toMatchObject({ path: desk.paths.recordsPath });
    reopened.start();
    await reopened.sync.runNow();
    await reopened.rates.refresh('poll');
    expect(reopened.rates.status().rate).not.toBeNull();
    const listed = reopened.money.list({ openOnly: true });
    expect(listed).toHaveLength(shown);
    const clients = await reopened.queries.ask('allClients', { network: 'testnet' });
    expect(clients.map(({ uid }) => uid)).toEqual([desk.clientUid]);
    expect(reopened.clients.get(desk.clientUid).balance).not.toBeNull();

    // Not even past the handlers, which refuse it first.
    if (shown > 0) await expect(reopened.money.confirm(desk.waiting)).rejects.toThrow();
    await reopened.close();
    expect(desk.proxy.posts).toBe(desk.posts);
    expect(contentOf(desk.paths.recordsPath)).toEqual(desk.before);
    expect(desk.failures).toEqual([]);
  });

  /** More than is checked at once. */
  function enlarge(path: string): void {
    const db = new Database(path);
    db.exec(`INSERT INTO meta (key, value) VALUES ('large', hex(zeroblob(3000000)))`);
    db.close();
  }

  const handlersOf = (opened: RunningProfile) =>
    createHandlers({
      opened: async () => opened,
      now: Date.now,
    } as unknown as HandlerDeps);

  test('large records are read at once, and written when they are found whole', async () => {
    const desk = await setUpDamaged(() => {});
    const { recordsPath } = desk.paths;
    const former = await desk.open();
    markSent(former, desk.waiting);
    await former.close();
    enlarge(recordsPath);
    const before = contentOf(recordsPath);
    const opened = await desk.open();
    expect(opened.damage).toBeNull();
    expect(opened.money.get(desk.waiting.id).state).toBe('sent');
    expect(opened.records.isWritable).toBe(false);
    expect(() => opened.records.exec('DELETE FROM meta')).toThrow('readonly');
    expect(contentOf(recordsPath)).toEqual(before);
    const input = { uid: desk.clientUid, label: 'Robert' };
    await handlersOf(opened)['clients.label'](input);
    expect(opened.clients.get(desk.clientUid).label).toBe('Robert');
    expect(opened.money.get(desk.waiting.id).state).toBe('unknown');
    expect(desk.failures).toEqual([]);
  });

  test('large records are checked, and written, no sooner than the first screen stands', async () => {
    const desk = await setUpDamaged(() => {});
    enlarge(desk.paths.recordsPath);
    const quiet = Promise.withResolvers<void>();
    const opened = await desk.open({ quiet: quiet.promise });
    const labelled = handlersOf(opened)['clients.label']({ uid: desk.clientUid, label: 'Robert' });
    await setTimeout(300);
    expect(opened.records.isWritable).toBe(false);
    expect(opened.clients.get(desk.clientUid).label).toBe('Bob');
    quiet.resolve();
    await labelled;
    expect(opened.clients.get(desk.clientUid).label).toBe('Robert');
  });

  test('large records that are closed before they were checked are left as they were', async () => {
    const desk = await setUpDamaged(() => {});
    const { recordsPath } = desk.paths;
    enlarge(recordsPath);
    const before = contentOf(recordsPath);
    const quiet = Promise.withResolvers<void>();
    const opened = await desk.open({ quiet: quiet.promise });
    await opened.close();
    quiet.resolve();
    await expect(opened.ready).rejects.toMatchObject({ code: 'cancelled' });
    expect(contentOf(recordsPath)).toEqual(before);
  });

  test('large ones are found to be damaged while they are read, and nothing was written or sent', async () => {
    const desk = await setUpDamaged(() => {});
    const { recordsPath } = desk.paths;
    enlarge(recordsPath);
    const root = rootOf(recordsPath, 'notes');
    // A log that a kill left, which closing would copy into the database.
    const other = new Database(recordsPath);
    other.exec(`INSERT INTO meta (key, value) VALUES ('in', 'the log')`);
    copyAsKilled(recordsPath, `${recordsPath}.killed`);
    other.close();
    copyAsKilled(`${recordsPath}.killed`, recordsPath);
    const content = readFileSync(recordsPath).fill(0xa5, root, root + PAGE_BYTES);
    writeFileSync(recordsPath, content);
    const before = contentOf(recordsPath);

    const opened = await desk.open();
    expect(opened.damage).toBeNull();
    expect(opened.clients.get(desk.clientUid).uid).toBe(desk.clientUid);
    const damaged = expect.objectContaining({ code: 'storage_damaged' });
    await expect(handlersOf(opened)['intents.confirm'](desk.waiting)).rejects.toEqual(damaged);
    expect(desk.failures).toEqual([['records', damaged]]);
    await opened.close();
    expect(contentOf(recordsPath)).toEqual(before);
    expect(desk.proxy.posts).toBe(desk.posts);
  });

  test('every request that would send or write is refused with the reason', async () => {
    const desk = await setUpDamaged((content) => void content.fill(0, 0, 100));
    const reopened = await desk.open();
    const handlers = handlersOf(reopened);
    const ofTheApp = /^(app|clipboard|settings|profiles)\./;
    const names = Object.keys(requests) as RequestName[];
    const refused = names.filter((name) => !ofTheApp.test(name) && !stillAnswered.includes(name));
    expect(refused).toContain('intents.confirm');
    for (const name of refused) {
      const handle = handlers[name] as (input: unknown) => unknown;
      await expect((async () => handle({}))(), name).rejects.toMatchObject({
        code: 'storage_damaged',
        message: expect.stringContaining('Nothing was sent or changed'),
      });
    }
    expect(desk.proxy.posts).toBe(desk.posts);
  });

  test('wherever bytes are flipped, a damaged profile opens and sends nothing', async () => {
    const random = createRandom(20_261_123);
    let damaged = 0;
    const desk = await setUpDamaged(() => {});
    const { recordsPath } = desk.paths;
    const whole = readFileSync(recordsPath);
    for (let run = 0; run < 15; run += 1) {
      const content = Buffer.from(whole);
      for (let flip = 0; flip < 8; flip += 1) {
        // Half of them where the schema lies.
        const at = random.between(0, random.chance(0.5) ? 20 * PAGE_BYTES : content.length - 1);
        content[at] = random.between(0, 255);
      }
      writeFileSync(recordsPath, content);
      const before = contentOf(recordsPath);
      const reopened = await desk.open();
      if (reopened.damage !== null) {
        damaged += 1;
        reopened.money.list({ openOnly: false });
        await reopened.queries.ask('allClients', { network: 'testnet' }).catch(() => []);
        await reopened.money.confirm(desk.waiting).catch(() => {});
        expect(contentOf(recordsPath)).toEqual(before);
      }
      await reopened.close();
    }
    expect(damaged).toBeGreaterThan(3);
    expect(desk.proxy.posts).toBe(desk.posts);
  }, 60_000);
});
