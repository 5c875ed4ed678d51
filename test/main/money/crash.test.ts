import { describe, expect, test } from 'vitest';
import { verifyChain } from '../../../src/main/audit/chain.ts';
import { openRecords } from '../../../src/main/storage/open.ts';
import { getRegisteredClient } from '../../../src/main/storage/records/clients-repo.ts';
import { openDesk, review, service, type Desk } from './fixture.ts';
import { journalOf, NO_HISTORY } from './journal-of.ts';

const never = new Promise<never>(() => {});

/** Entries longer than a page each need space that is not there. */
function fillDisk({ records, world }: Desk): void {
  records.pragma(`max_page_count = ${Number(records.pragma('page_count', { simple: true }))}`);
  world.actor = 'x'.repeat(20_000);
}

describe('a stop', () => {
  test('before sending: the intent is shown again, and nothing was or is sent', async () => {
    const desk = openDesk();
    const confirmation = await review(desk);
    const restarted = desk.restart();
    expect(restarted.money.recover()).toEqual([]);
    expect(restarted.money.list({ openOnly: true })).toMatchObject([{ state: 'journaled' }]);
    expect(desk.client.posts).toEqual([]);
    const again = restarted.money.confirm(confirmation);
    await expect(again).rejects.toMatchObject({ code: 'review_changed' });
    restarted.money.review(confirmation.id);
    expect(await restarted.money.confirm(confirmation)).toMatchObject({ state: 'confirmed' });
    expect(desk.client.posts).toHaveLength(1);
  });

  test('while the request is on its way: unknown, with a reason, and never sent again', async () => {
    const desk = openDesk(service({ withdraw: () => never }));
    const confirmation = await review(desk);
    void desk.money.confirm(confirmation);
    await expect.poll(() => desk.client.posts.length).toBe(1);

    const restarted = desk.restart();
    expect(restarted.money.get(confirmation.id).state).toBe('sent');
    const [recovered] = restarted.money.recover();
    expect(recovered).toMatchObject({ id: confirmation.id, state: 'unknown', attempts: 1 });
    expect(recovered?.reason).toMatch(/^We don’t know yet whether it went\./);
    expect(restarted.money.recover()).toEqual([]);
    await expect(restarted.money.confirm(confirmation)).rejects.toMatchObject({ code: 'conflict' });
    expect(desk.client.posts).toHaveLength(1);
    expect(verifyChain(restarted.records)).toMatchObject({ ok: true, entries: 3 });
  });

  test('between `sent` and the call: unknown, although nothing was sent', async () => {
    const desk = openDesk();
    const { id, reviewHash } = await review(desk);
    journalOf(desk.records).markSent(id, reviewHash, NO_HISTORY);
    const restarted = desk.restart();
    expect(restarted.money.recover()).toMatchObject([{ id, state: 'unknown' }]);
    expect(desk.client.posts).toEqual([]);
  });
});

test('the journal itself lets an intent be sent once', async () => {
  const desk = openDesk();
  const { id, reviewHash } = await review(desk);
  const journal = journalOf(desk.records);
  journal.markSent(id, reviewHash, NO_HISTORY);
  expect(() => journal.markSent(id, reviewHash, NO_HISTORY)).toThrow('already sent');
  expect(() => journal.discard(id)).toThrow('already sent');
  expect(verifyChain(desk.records)).toMatchObject({ ok: true, entries: 2 });
});

test('a journal that would not fsync is refused', () => {
  const { records } = openDesk();
  records.pragma('synchronous = NORMAL');
  expect(() => journalOf(records)).toThrow('FULL');
});

describe('a disk', () => {
  test('full before the journal: a clear error, nothing kept, nothing sent', async () => {
    const desk = openDesk();
    fillDisk(desk);
    await expect(review(desk)).rejects.toMatchObject({ code: 'disk_full' });
    expect(desk.money.list({ openOnly: false })).toEqual([]);
  });

  test('full before `sent`: still journaled, nothing sent', async () => {
    const desk = openDesk();
    const confirmation = await review(desk);
    fillDisk(desk);
    await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({
      code: 'disk_full',
      message: 'The disk is full. Nothing was sent.',
    });
    expect(desk.client.posts).toEqual([]);
    expect(desk.restart().money.get(confirmation.id).state).toBe('journaled');
  });

  test('full after the answer: an alarm, and after a restart unknown', async () => {
    const desk: Desk = openDesk(
      service({
        createClient: async () => {
          fillDisk(desk);
          const balances = { balanceSats: 0, unconfirmedSats: 0 };
          return { kind: 'accepted', value: { uid: 'BT-9', depositAddress: 'a', ...balances } };
        },
      }),
    );
    const confirmation = await review(desk, { kind: 'create_client', label: 'Bob' });
    await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({
      code: 'disk_full',
      message: expect.stringContaining('Do not send it again'),
    });
    expect(getRegisteredClient(desk.records, 'BT-9')).toBeNull();
    expect(desk.money.get(confirmation.id)).toMatchObject({
      state: 'sent',
      reason: 'Bitpro answered that it was carried out, as client BT-9. The disk is full.',
    });

    const restarted = desk.restart();
    expect(restarted.money.recover()).toMatchObject([{ state: 'unknown' }]);
    expect(desk.client.posts).toHaveLength(1);
    expect(verifyChain(restarted.records)).toMatchObject({ ok: true, entries: 3 });
  });

  test('held by another program before `sent`: still journaled, nothing sent', async () => {
    const desk = openDesk();
    const confirmation = await review(desk);
    const other = openRecords(desk.path);
    other.exec('BEGIN IMMEDIATE');
    desk.records.pragma('busy_timeout = 0');
    await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({
      code: 'storage_failed',
      message: expect.stringContaining('Nothing was sent'),
    });
    other.exec('ROLLBACK');
    other.close();
    expect(desk.client.posts).toEqual([]);
    expect(await desk.money.confirm(confirmation)).toMatchObject({ state: 'confirmed' });
  });
});
