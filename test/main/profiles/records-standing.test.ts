import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { appendAudit } from '../../../src/main/audit/chain.ts';
import { builtInProfiles } from '../../../src/main/profiles/built-in-profiles.ts';
import type { RecordsMark } from '../../../src/main/profiles/records-mark.ts';
import { createStanding } from '../../../src/main/profiles/records-standing.ts';
import { openRecords } from '../../../src/main/storage/open.ts';
import { auditHead } from '../../../src/main/storage/records/audit-repo.ts';
import { temporaryDirectory } from '../storage/databases.ts';

test('a slow keychain that nobody waits for any more does not end up with an older mark', async () => {
  const records = openRecords(`${temporaryDirectory()}/records.sqlite`);
  const [profile] = builtInProfiles;
  if (profile === undefined) throw new Error('There is none');
  let kept: RecordsMark | null = null;
  let written: Promise<void> = Promise.resolve();
  const standing = createStanding({
    records,
    profile: () => profile,
    keychain: () => ({
      read: () => Promise.resolve(kept),
      async write(mark) {
        const until = written;
        written = Promise.resolve();
        await until;
        kept = mark;
      },
    }),
    now: Date.now,
    actor: () => 'alice',
    discardWaiting: () => 1,
    readWhole: () => Promise.resolve(),
    unreadSince: () => [],
    onChanged: () => {},
  });
  await standing.settle();
  const note = { atMs: 0, actor: 'alice', subject: 'x', detail: {} };
  const log = records.transaction(
    (action: string) => void appendAudit(records, { ...note, action }),
  );
  const slow = Promise.withResolvers<void>();
  written = slow.promise;
  log.immediate('test.first');
  const first = standing.seal();
  await new Promise((resolve) => setImmediate(resolve));
  log.immediate('test.second');
  const second = standing.seal();
  await new Promise((resolve) => setImmediate(resolve));
  slow.resolve();
  await Promise.allSettled([first, second]);
  expect(kept).toMatchObject({ entries: auditHead(records)?.entries });
  records.close();
});

test('a keychain that fails when it is told for the first time makes no copy of the records', async () => {
  const path = `${temporaryDirectory()}/records.sqlite`;
  const records = openRecords(path);
  const [profile] = builtInProfiles;
  if (profile === undefined) throw new Error('There is none');
  let kept: RecordsMark | null = null;
  let isLocked = true;
  const start = () =>
    createStanding({
      records,
      profile: () => profile,
      keychain: () => ({
        read: () => Promise.resolve(kept),
        write(mark) {
          if (isLocked) return Promise.reject(new AppError('keychain_locked', 'It is locked.'));
          kept = mark;
          return Promise.resolve();
        },
      }),
      now: Date.now,
      actor: () => 'alice',
      discardWaiting: () => 1,
      readWhole: () => Promise.resolve(),
      unreadSince: () => [],
      onChanged: () => {},
    });
  const first = start();
  await expect(first.settle()).rejects.toMatchObject({ code: 'keychain_locked' });
  isLocked = false;
  await first.settle();
  expect(first.restored()).toBeNull();
  const second = start();
  await second.settle();
  expect(second.restored()).toBeNull();
  records.close();
});
