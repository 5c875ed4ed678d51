import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { bind } from '../../src/main/profiles/records-identity.ts';
import type { RecordsMark } from '../../src/main/profiles/records-mark.ts';
import { openRecords } from '../../src/main/storage/open.ts';
import { registerClient } from '../../src/main/storage/records/clients-repo.ts';
import { profile, startDesk, type Desk, type Files } from './desk.ts';
import { copyAsKilled } from './disk.ts';
import type { Random } from './random.ts';
import type { PutBack, World } from './world.ts';

/** What somebody does to the data folder, once in a schedule. */
const deeds = [
  'puts back an older copy of the records',
  'puts back an older copy of the folder',
  'sets the whole machine back',
  'goes on at another machine with an older copy',
  'edits the records',
  'edits the records under the app',
  'puts the records of another profile in their place',
  'moves the records away under the app',
] as const;
export type Deed = (typeof deeds)[number];

export function drawDeed(random: Random): Deed {
  return random.pick(deeds);
}

type Copy = { files: Files; mark: RecordsMark | null };

/** `get` and `set`: the process that runs. */
type Running = { get: () => Desk; set: (desk: Desk) => void };

/** Plans the deed: what is done, and what whoever notices it does about it. All is over after `busyMs`. */
export function meddle(world: World, deed: Deed, running: Running, busyMs: number): void {
  const { random, time, trace } = world;
  const firstMs = random.between(busyMs / 10, busyMs / 2);
  const secondMs = random.between(firstMs + 1, (busyMs * 3) / 4);
  const thirdMs = random.between(secondMs + 1, busyMs);
  let kept: Copy;

  function at(delayMs: number, run: () => void): void {
    time.after(delayMs, run);
  }

  function stopped(): Files {
    running.get().kill(`somebody ${deed}`);
    return running.get().nextFiles();
  }

  function start(files: Files): void {
    running.get().kill(`somebody ${deed}`);
    running.set(startDesk(world, files));
  }

  function putBack(): void {
    trace('the copy is put back');
    running.get().kill(`somebody ${deed}`);
    world.tampered = null;
    world.acknowledged.clear();
    world.copy = lookInto(world, kept.files.records);
    running.set(startDesk(world, kept.files));
  }

  switch (deed) {
    case 'puts back an older copy of the records':
      at(firstMs, () => (kept = keepCopy(world, running.get())));
      return at(secondMs, () => {
        running.get().kill('to put back a copy');
        kept = { ...kept, files: { ...kept.files, cache: running.get().nextFiles().cache } };
        putBack();
      });
    case 'puts back an older copy of the folder':
      at(firstMs, () => (kept = keepCopy(world, running.get())));
      return at(secondMs, putBack);
    case 'sets the whole machine back':
      at(firstMs, () => (kept = keepCopy(world, running.get())));
      return at(secondMs, () => {
        world.keychain.mark = kept.mark;
        world.isSetBack = true;
        putBack();
      });
    case 'goes on at another machine with an older copy':
      at(firstMs, () => (kept = keepCopy(world, running.get())));
      return at(secondMs, () => {
        world.keychain.mark = null;
        putBack();
      });
    case 'edits the records':
      at(firstMs, () => {
        running.get().kill('to edit the records');
        kept = keepCopy(world, running.get());
        const files = running.get().nextFiles();
        if (edit(world, files.records)) world.tampered = { sent: new Set() };
        start(files);
        mustBeNoticed(world, running.get());
      });
      return at(secondMs, () => world.tampered && putBackUnchanged());
    case 'edits the records under the app':
      at(firstMs, () => {
        kept = keepCopy(world, running.get());
        const { money, currentFiles, isAlive } = running.get();
        if (!isAlive()) return;
        const open = money.list({ openOnly: true });
        const sent = open.filter(({ state }) => state === 'sent').map(({ id }) => id);
        if (!edit(world, currentFiles().records)) return;
        world.tampered = { sent: new Set(sent) };
      });
      at(secondMs, () => {
        if (!world.tampered) return;
        running.get().kill('somebody starts it again');
        start(running.get().nextFiles());
        mustBeNoticed(world, running.get());
      });
      return at(thirdMs, () => world.tampered && putBack());
    case 'puts the records of another profile in their place':
      at(firstMs, () => {
        running.get().kill('to put other records in their place');
        kept = keepCopy(world, running.get());
        world.tampered = { sent: new Set() };
        start({ ...running.get().nextFiles(), records: foreignRecords(world) });
        mustBeNoticed(world, running.get());
      });
      return at(secondMs, putBackUnchanged);
    case 'moves the records away under the app':
      at(firstMs, () => {
        const { money, currentFiles, isAlive } = running.get();
        if (!isAlive()) return;
        const open = money.list({ openOnly: true });
        const sent = open.filter(({ state }) => state === 'sent').map(({ id }) => id);
        world.sentBeforeMoved = new Set(sent);
        world.movedTo = join(world.folder, 'moved.db');
        trace('the records are moved away');
        moveAway(currentFiles().records, world.movedTo);
      });
      // They are back at their place when the app is started again.
      return at(secondMs, () => world.movedTo !== null && start(stopped()));
  }

  /** Nothing was written since, so nothing is forgotten. */
  function putBackUnchanged(): void {
    trace('the records are put right');
    running.get().kill(`somebody ${deed}`);
    world.tampered = null;
    running.set(startDesk(world, kept.files));
  }
}

/** As a file manager does it: the process that has them open goes on writing to them. */
function moveAway(from: string, to: string): void {
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(from + suffix)) renameSync(from + suffix, to + suffix);
  }
}

function keepCopy({ folder, keychain, trace }: World, desk: Desk): Copy {
  trace('somebody copies the folder');
  const from = desk.isAlive() ? desk.currentFiles() : desk.nextFiles();
  const files = { records: join(folder, 'copy.db'), cache: join(folder, 'copy-cache.db') };
  copyAsKilled(from.records, files.records);
  copyAsKilled(from.cache, files.cache);
  return { files, mark: keychain.mark };
}

/** Notes what the records that are put back do not know to have left, and tells what the app has to see. */
function lookInto({ posts, forgotten, keychain: { mark } }: World, path: string): PutBack {
  const db = new Database(path);
  const count = (table: string) =>
    db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
  const rows = db.prepare<[], { id: string; state: string }>('SELECT id, state FROM intents').all();
  const states = new Map(rows.map(({ id, state }) => [id, state]));
  for (const id of posts.keys()) {
    if (['journaled', 'discarded', undefined].includes(states.get(id))) forgotten.add(id);
  }
  const bound = `SELECT 1 FROM audit WHERE action = 'records.bound' AND detail ->> 'install' <> ''`;
  const mustBeNoticed =
    mark === null
      ? db.prepare(bound).get() !== undefined
      : mark.entries > count('audit') || mark.seals > count('seals');
  db.close();
  const waiting = new Set([...states.keys()].filter((id) => states.get(id) === 'journaled'));
  return { mustBeNoticed, waiting };
}

function mustBeNoticed({ tampered, report }: World, desk: Desk): void {
  if (tampered && !desk.isDamaged) report('unsound', 'what was changed outside is not noticed');
}

const setBack = `state = 'journaled', attempts = 0, sent_at_ms = NULL, settled_at_ms = NULL,
  server_tid = NULL, received_sats = NULL, server_tx_id = NULL, server_state = NULL`;

const edits: Record<string, string> = {
  'what was confirmed waits again': `UPDATE OR IGNORE intents SET ${setBack} WHERE state = 'confirmed'`,
  'what is unknown waits again': `UPDATE OR IGNORE intents SET ${setBack} WHERE state = 'unknown'`,
  'another amount waits': `UPDATE OR IGNORE intents SET amount_sats = amount_sats + 1000000 WHERE state = 'journaled' AND kind = 'withdrawal'`,
  'another payee waits': `UPDATE OR IGNORE intents SET address = '2NAZpRsvj9BstxxCDkKoe1FVhmPPXhmvqKj' WHERE state = 'journaled' AND kind = 'withdrawal'`,
  'a reason is given': `UPDATE OR IGNORE intents SET repeat_reason = 'so' WHERE repeat_reason IS NULL AND kind = 'withdrawal'`,
  'a request is gone': `DELETE FROM intents WHERE state IN ('confirmed', 'unknown', 'sent')`,
};

/** As somebody with the file and a tool for it, whom no constraint holds back. Was there anything to change? */
function edit({ random, trace }: World, path: string): boolean {
  const db = new Database(path);
  try {
    db.pragma('ignore_check_constraints = ON');
    db.pragma('foreign_keys = OFF');
    const triggers = db
      .prepare<[], { name: string; sql: string }>(
        `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`,
      )
      .all();
    for (const { name } of triggers) db.exec(`DROP TRIGGER "${name}"`);
    const names = Object.keys(edits);
    const first = random.between(0, names.length - 1);
    const changed = [...names.slice(first), ...names.slice(0, first)].find(
      (name) => db.prepare(edits[name] ?? '').run().changes > 0,
    );
    for (const { sql } of triggers) db.exec(sql);
    if (changed !== undefined) trace(`somebody edits the records: ${changed}`);
    return changed !== undefined;
  } finally {
    db.close();
  }
}

/** Of the same server, with a client of its own; of another profile, or of another key. */
function foreignRecords({ folder, random, template }: World): string {
  const path = join(folder, 'foreign.db');
  copyFileSync(template.records, path);
  const records = openRecords(path);
  const owner = random.chance(0.5)
    ? { ...profile, id: 'other' }
    : { ...profile, apiKey: 'M0000001' };
  bind(records, owner, { atMs: 0, actor: 'operator', install: 'other' });
  const register = records.transaction(() =>
    registerClient(records, { uid: 'BT-C1', label: '', source: 'added', addedAtMs: 0 }),
  );
  register.immediate();
  records.close();
  return path;
}
