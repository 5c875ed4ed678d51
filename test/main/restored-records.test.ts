import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { copyOf, PAYMENT, putBack, recordsFile, setUpLife, startLife } from './life.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { bind, findForeign } from '../../src/main/profiles/records-identity.ts';
import { openRecords } from '../../src/main/storage/open.ts';
import { registerClient } from '../../src/main/storage/records/clients-repo.ts';
import { memoryKeychain } from './profiles/memory-keychain.ts';
import { temporaryDirectory } from './storage/databases.ts';

const HOUR_MS = 3_600_000;

type Scene = Awaited<ReturnType<typeof setUpLife>>;

/** A payment and a buy that wait at the time of the copy, and go afterwards. */
async function setUp() {
  const scene = await setUpLife();
  const { life, uid } = scene;
  const waiting = await life.prepare({ kind: 'withdrawal', clientUid: uid, ...PAYMENT });
  const buy = await life.prepare({ kind: 'buy', clientUid: uid, amountUsd: '100' });
  return { ...scene, waiting, buy };
}

const keychainCopy = ({ keychain }: Scene) => new Map(keychain.items);

describe.each<
  [
    string,
    (scene: Scene) => () => ReturnType<typeof startLife> | Promise<ReturnType<typeof startLife>>,
  ]
>([
  [
    'records.sqlite restored from a copy',
    ({ userData, keychain, id }) => {
      const copy = copyOf(dirname(recordsFile(userData, id)));
      return () => {
        const file = recordsFile(userData, id);
        for (const suffix of ['', '-wal', '-shm']) {
          rmSync(file + suffix, { force: true });
          if (suffix !== '-shm') cpSync(`${copy}/records.sqlite${suffix}`, file + suffix);
        }
        return startLife(userData, keychain);
      };
    },
  ],
  [
    'the whole data folder restored',
    ({ userData, keychain }) => {
      const copy = copyOf(userData);
      return () => {
        putBack(copy, userData);
        return startLife(userData, keychain);
      };
    },
  ],
  [
    'the folder on another machine, where the secret is entered anew',
    ({ userData, id, form }) => {
      const copy = copyOf(userData);
      return async () => {
        const life = startLife(copy, memoryKeychain());
        await life.profiles.testAndSave({ ...form, id });
        return life;
      };
    },
  ],
  [
    'a machine set back to a snapshot, its keychain too',
    (scene) => {
      const { userData, keychain } = scene;
      const copy = copyOf(userData);
      const items = keychainCopy(scene);
      return () => {
        putBack(copy, userData);
        keychain.items.clear();
        for (const [account, item] of items) keychain.items.set(account, item);
        return startLife(userData, keychain);
      };
    },
  ],
])('%s', (_how, snapshot) => {
  test('sends nothing a second time that waited at its time', async () => {
    const scene = await setUp();
    const { life, waiting, buy, payments, uid } = scene;
    const restore = snapshot(scene);
    expect((await life.confirm(waiting)).state).toBe('confirmed');
    expect((await life.confirm(buy)).state).toBe('confirmed');
    await life.current.close();
    expect(payments()).toHaveLength(2);

    const later = await restore();
    await later.current.switchTo(scene.id);
    for (const confirmation of [waiting, buy]) {
      await expect(later.confirmAnew(confirmation)).rejects.toBeInstanceOf(AppError);
    }
    expect(payments()).toHaveLength(2);
    // What is meant anew goes, once the history of the client was read whole.
    const { sync } = await later.rooms();
    await sync.refreshClient(uid);
    const again = await later.prepare({
      kind: 'withdrawal',
      clientUid: uid,
      ...PAYMENT,
      amountBtc: '0.07',
    });
    expect((await later.confirm(again)).state).toBe('confirmed');
    expect(payments()).toHaveLength(3);
  });
});

test('with a limit for the day nothing is sent after a restore before all clients were read', async () => {
  const scene = await setUp();
  const { life, userData, keychain, id, uid, payments, sandbox } = scene;
  const open = await life.rooms();
  const { clientUid } = await life.confirm(
    await life.prepare({ kind: 'create_client', label: 'Eve' }),
  );
  const other = clientUid ?? '';
  sandbox.deposit(other, 100_000_000);
  sandbox.advance(6 * 60_000);
  await open.sync.refreshClient(other);
  const policy = { ...open.guards.policy(), maxDailySats: 60_000_000 };
  await open.guards.savePolicy({ policy });
  const copy = copyOf(userData);
  const pay = async (from: typeof life, clientUid: string, amountBtc: string) =>
    from.confirm(
      await from.prepare({ kind: 'withdrawal', clientUid, ...PAYMENT, amountBtc, reason: 'Rent' }),
    );
  expect((await pay(life, other, '0.5')).state).toBe('confirmed');
  await life.current.close();
  putBack(copy, userData);

  const later = startLife(userData, keychain);
  await later.current.switchTo(id);
  const { sync } = await later.rooms();
  const asked = await later.prepare({
    kind: 'withdrawal',
    clientUid: uid,
    ...PAYMENT,
    amountBtc: '0.2',
    reason: 'Rent',
  });
  // Both are read meanwhile: once they are, the limit itself says no.
  const refusal = /was not read since|limit for 24 hours/;
  await expect(later.confirm(asked)).rejects.toThrow(refusal);
  await sync.refreshClient(uid);
  await expect(later.confirm(asked)).rejects.toThrow(refusal);
  await sync.refreshClient(other);
  await expect(later.confirm(asked)).rejects.toThrow('limit for 24 hours');
  expect((await pay(later, uid, '0.05')).state).toBe('confirmed');
  expect(payments()).toHaveLength(2);
});

test('a machine set back to a snapshot, and its clock with it, finds what went since then', async () => {
  const scene = await setUp();
  const { life, waiting, buy, payments, userData, keychain } = scene;
  const copy = copyOf(userData);
  const items = keychainCopy(scene);
  expect((await life.confirm(waiting)).state).toBe('confirmed');
  expect((await life.confirm(buy)).state).toBe('confirmed');
  await life.current.close();
  putBack(copy, userData);
  for (const [account, item] of items) keychain.items.set(account, item);
  for (const aheadMs of [-30 * HOUR_MS, 30 * HOUR_MS]) {
    const later = startLife(userData, keychain, () => Date.now() + aheadMs);
    await later.current.switchTo(scene.id);
    await expect(later.confirmAnew(waiting)).rejects.toBeInstanceOf(AppError);
    await expect(later.confirmAnew(buy)).rejects.toMatchObject({ code: 'conflict' });
    await later.current.close();
  }
  expect(payments()).toHaveLength(2);
});

test('two machines with one folder, open at once: what one sent, the other does not', async () => {
  const scene = await setUp();
  const copy = copyOf(scene.userData);
  const other = startLife(copy, memoryKeychain());
  await other.profiles.testAndSave({ ...scene.form, id: scene.id });
  await other.current.switchTo(scene.id);
  expect((await scene.life.confirm(scene.waiting)).state).toBe('confirmed');
  await expect(other.confirmAnew(scene.waiting)).rejects.toBeInstanceOf(AppError);
  const { standing, money } = await other.rooms();
  await standing.settle();
  expect(standing.restored()).toMatchObject({ why: 'elsewhere', discarded: 2 });
  expect(money.get(scene.waiting.id)).toMatchObject({
    state: 'discarded',
    reason: expect.stringContaining('may have been sent already'),
  });
  expect(scene.payments()).toHaveLength(1);
});

/** Two copies of one folder, open under one keychain. What waits in both is a client, which no history shows. */
async function setUpTwins() {
  const scene = await setUp();
  const { life, userData, keychain, id, sandbox } = scene;
  const waiting = await life.prepare({ kind: 'create_client', label: 'Carol' });
  await (await life.rooms()).standing.settle();
  const copy = copyOf(userData);
  const other = startLife(copy, keychain);
  await other.current.switchTo(id);
  const { standing, money } = await other.rooms();
  await standing.settle();
  expect(standing.restored()).toBeNull();
  const { reviewHash } = money.review(waiting.id);
  const created = (): number =>
    sandbox.requests().filter(({ method, path }) => method === 'POST' && path.endsWith('/clients'))
      .length - 1;
  return {
    ...scene,
    copy,
    other,
    standing,
    waiting,
    waitingThere: { ...waiting, reviewHash },
    created,
  };
}

test('two copies of one folder, open at once: what one sent, the other does not', async () => {
  const { life, other, standing, waiting, waitingThere, buy, created, payments } =
    await setUpTwins();
  expect((await life.confirm(waiting)).state).toBe('confirmed');
  expect(await other.confirm(waitingThere)).toMatchObject({
    state: 'rejected',
    reason: expect.stringContaining('Another copy of this data folder'),
  });
  expect(created()).toBe(1);
  await expect(other.confirmAnew(buy)).rejects.toBeInstanceOf(AppError);
  expect(standing.restored()).toMatchObject({ why: 'older', discarded: 2 });
  // Nor does the first go on as if nothing had been, now that the other one took over.
  expect((await life.confirm(buy)).state).toBe('rejected');
  expect(payments()).toEqual([]);
});

test('two copies of one folder that send at the same moment send at most once', async () => {
  const { life, other, waiting, waitingThere, created } = await setUpTwins();
  const ends = await Promise.all([life.confirm(waiting), other.confirm(waitingThere)]);
  expect(ends.map(({ state }) => state)).toContain('rejected');
  expect(created()).toBeLessThan(2);
});

test('a copy that only looked on takes back nothing of what the keychain was told', async () => {
  const { life, other, copy, keychain, id, waiting, created } = await setUpTwins();
  await life.confirm(waiting);
  await other.current.close();
  const later = startLife(copy, keychain);
  await later.current.switchTo(id);
  await expect(later.confirmAnew(waiting)).rejects.toBeInstanceOf(AppError);
  expect(created()).toBe(1);
});

test('an older copy says so until somebody has read it, and what was being sent then is not known', async () => {
  const scene = await setUpLife();
  const { life, uid, userData, keychain, id } = scene;
  const waiting = await life.prepare({ kind: 'withdrawal', clientUid: uid, ...PAYMENT });
  const copy = copyOf(userData);
  await life.confirm(waiting);
  await life.current.close();
  putBack(copy, userData);
  const later = startLife(userData, keychain);
  await later.current.switchTo(id);
  const { standing, money } = await later.rooms();
  await standing.settle();
  expect(standing.restored()).toMatchObject({ why: 'older', discarded: 1 });
  expect(money.get(waiting.id).state).toBe('discarded');
  await later.current.close();
  const third = startLife(userData, keychain);
  await third.current.switchTo(id);
  const again = (await third.rooms()).standing;
  await again.settle();
  expect(again.restored()).toMatchObject({ why: 'older', discarded: 1 });
  again.acknowledge();
  expect(again.restored()).toBeNull();
});

test('a start after an ordinary end, or after a kill, finds its own records', async () => {
  const scene = await setUp();
  const { life, userData, keychain, id, waiting, buy } = scene;
  await life.confirm(waiting);
  // As a kill leaves it: the keychain knows what was sent, and not what came after.
  const killed = copyOf(userData);
  const items = keychainCopy(scene);
  await life.current.close();
  putBack(killed, userData);
  for (const [account, item] of items) keychain.items.set(account, item);
  const later = startLife(userData, keychain);
  await later.current.switchTo(id);
  const { standing, money } = await later.rooms();
  await standing.settle();
  expect(standing.restored()).toBeNull();
  expect(money.get(waiting.id).state).toBe('confirmed');
  expect(money.get(buy.id).state).toBe('journaled');
  await later.current.close();
  const third = startLife(userData, keychain);
  await third.current.switchTo(id);
  const rooms = await third.rooms();
  await rooms.standing.settle();
  expect(rooms.standing.restored()).toBeNull();
  expect((await third.confirmAnew(buy)).state).toBe('confirmed');
});

test('a keychain that cannot be told refuses the sending; nothing has left', async () => {
  const { life, waiting, payments, keychain } = await setUp();
  const { standing } = await life.rooms();
  await standing.settle();
  keychain.become('locked');
  expect(await life.confirm(waiting)).toMatchObject({
    state: 'rejected',
    reason: expect.stringContaining('nothing was sent'),
  });
  expect(payments()).toEqual([]);
});

test.each([
  ['deleted', (file: string) => rmSync(file)],
  [
    'replaced by a copy',
    (file: string) => {
      writeFileSync(`${file}.new`, readFileSync(file));
      renameSync(`${file}.new`, file);
    },
  ],
  [
    'deleted with its log',
    (file: string) => {
      rmSync(file);
      rmSync(`${file}-wal`);
    },
  ],
  ['robbed of its log', (file: string) => rmSync(`${file}-wal`)],
])('records.sqlite %s under the open profile: nothing is sent', async (_what, remove) => {
  const { life, waiting, payments, userData, id } = await setUp();
  remove(recordsFile(userData, id));
  await expect(life.confirm(waiting)).rejects.toMatchObject({ code: 'storage_damaged' });
  expect(payments()).toEqual([]);
});

test('the records of another profile in its place are damage, and read only', async () => {
  const scene = await setUp();
  const { life, userData, keychain, id } = scene;
  const other = await setUpLife(
    { merchants: [{ apiKey: 'M3175465', secret: scene.form.secretKey }] },
    'Other',
  );
  await other.life.current.close();
  await life.current.close();
  const file = recordsFile(userData, id);
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
  cpSync(recordsFile(other.userData, other.id), file);
  const later = startLife(userData, keychain);
  await later.current.switchTo(id);
  const { damage } = await later.current.opened();
  expect(damage?.misfit).toContain('records of another profile');
});

describe('a profile that was changed outside the app', () => {
  const edit = (
    userData: string,
    change: (profile: Record<string, unknown>) => void,
    id: string,
  ) => {
    const path = `${userData}/profiles.json`;
    const file = JSON.parse(readFileSync(path, 'utf8')) as { profiles: Record<string, unknown>[] };
    const profile = file.profiles.find((each) => each['id'] === id);
    if (profile) change(profile);
    writeFileSync(path, JSON.stringify(file));
  };

  test.each([
    [
      'its server',
      (profile: Record<string, unknown>) =>
        void (profile['baseUrl'] = 'https://elsewhere.example/api/v1'),
    ],
    ['its API key', (profile: Record<string, unknown>) => void (profile['apiKey'] = 'another')],
    [
      'its environment',
      (profile: Record<string, unknown>) => void (profile['environment'] = 'production'),
    ],
  ])('%s: nothing is signed, and its records are only read', async (_what, change) => {
    const { life, userData, keychain, id, form } = await setUp();
    await life.current.close();
    edit(userData, change, id);
    const later = startLife(userData, keychain);
    later.current.resume();
    const { damage } = await later.current.opened();
    expect(damage?.misfit).toContain('changed outside the app');
    // Put right in the form, without the secret, it is as before.
    await later.profiles.testAndSave({ ...form, id, secretKey: '' });
    await later.current.reopenIfCurrent(id);
    expect((await later.current.opened()).damage).toBeNull();
    await later.profiles.signerFor(id);
  });

  test('before it has records, its secret is not used for another server', async () => {
    const { life, userData, keychain, id } = await setUpLife();
    await life.current.close();
    rmSync(dirname(recordsFile(userData, id)), { recursive: true });
    edit(userData, (profile) => void (profile['baseUrl'] = 'http://127.0.0.1:1/api/v1'), id);
    const later = startLife(userData, keychain);
    await expect(later.profiles.signerFor(id)).rejects.toMatchObject({
      code: 'profile_changed',
      message: expect.stringContaining('changed outside the app'),
    });
  });

  test.each(['another server', '::no address'])(
    'asks nothing of %s, not even rates',
    async (what) => {
      const { life, userData, keychain, id, uid } = await setUpLife();
      await life.current.close();
      const other = await startSandbox({ merchants: [{ apiKey: 'x', secret: 'x' }] });
      onTestFinished(() => other.close());
      const baseUrl = what === 'another server' ? other.url : what;
      edit(userData, (profile) => void (profile['baseUrl'] = baseUrl), id);
      const later = startLife(userData, keychain);
      later.current.resume();
      await expect(later.profiles.signerFor(id)).rejects.toMatchObject({ code: 'profile_changed' });
      const { rates, sync } = await later.rooms();
      await expect(rates.refresh('poll')).rejects.toMatchObject({ code: 'profile_changed' });
      await expect(sync.refreshClient(uid)).rejects.toMatchObject({ code: 'profile_changed' });
      expect(other.requests()).toEqual([]);
    },
  );

  test('production that its file calls unlocked stays locked', async () => {
    const { life, userData, keychain, id, uid, payments } = await setUpLife(
      { environment: 'production' },
      'Live',
    );
    await life.profiles.lock(id);
    await life.current.close();
    edit(userData, (profile) => void (profile['locked'] = false), id);
    const later = startLife(userData, keychain);
    later.current.resume();
    await later.profiles.signerFor(id);
    expect(later.profiles.view(id).locked).toBe(true);
    await expect(
      later
        .prepare({ kind: 'buy', clientUid: uid, amountUsd: '100' })
        .then((each) => later.confirm(each)),
    ).rejects.toMatchObject({ code: 'profile_locked' });
    expect(payments()).toEqual([]);
  });
});

test('Practice goes on with its records when its key was lost with profiles.json', () => {
  const path = `${temporaryDirectory()}/records.sqlite`;
  const records = openRecords(path);
  const practice = {
    id: 'practice',
    name: 'Practice',
    environment: 'practice',
    baseUrl: '',
  } as const;
  bind(records, { ...practice, apiKey: 'PRACTICE1' }, { atMs: 1, actor: 'alice' });
  registerClient(records, { uid: 'BT-C1', label: '', source: 'added', addedAtMs: 1 });
  expect(findForeign(records, { ...practice, apiKey: 'PRACTICE2' })).toBeNull();
  expect(findForeign(records, { ...practice, id: 'sandbox', apiKey: 'PRACTICE1' })).toContain(
    'another profile',
  );
  records.close();
});
