import type { BookEntry } from '#shared/domain/guards.ts';
import type { KnownAddress } from '#shared/domain/intent.ts';
import type { Network } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import { lettersKey } from '#shared/look-alike-names.ts';
import { appendAudit } from '../audit/chain.ts';
import type { ServerClock } from '../bitpro/clock.ts';
import type { RecordsDb } from '../storage/open.ts';
import {
  findBookEntry,
  insertBookEntry,
  labelBookEntry,
  listBook,
  removeBookEntry,
  type BookRow,
} from '../storage/records/address-book-repo.ts';
import { listRegisteredClients } from '../storage/records/clients-repo.ts';
import { listPayees } from '../storage/records/payments-repo.ts';
import { getPolicy } from '../storage/records/policy-repo.ts';
import { keep } from './keep.ts';
import { lookAlikeOf } from './payment-guards.ts';

export type AddressBookDeps = {
  records: RecordsDb;
  now: () => number;
  clock: Pick<ServerClock, 'nowMs' | 'keep' | 'monotonicMs' | 'hasBegun'>;
  actor: () => string;
  network: () => Network;
};

/** Addresses that were looked at once and got a name. Every change is audited. */
export function createAddressBook({ records, now, clock, actor, network }: AddressBookDeps) {
  const view = (row: BookRow): BookEntry => {
    const { addedGuardMs, ...entry } = row;
    const { coolingMs } = getPolicy(records);
    const leftMs = addedGuardMs + coolingMs - clock.nowMs();
    // The wait is counted with the guarded time, and said as this machine's clock will show its end.
    const usableAtMs = leftMs > 0 ? now() + leftMs : Math.min(now(), row.addedAtMs + coolingMs);
    return { ...entry, usableAtMs, lookAlike: describeLookAlike(row) };
  };

  /** Compared with what was known before it: of two alike, the later one is the one to doubt. */
  function describeLookAlike({ address, addedAtMs }: BookRow): string | null {
    const twin = lookAlikeOf(address, knownAddresses(records, addedAtMs));
    if (twin === null) return null;
    return `It looks like ${twin.what}, but is another address: ${twin.address}. Compare every character.`;
  }

  function change(action: string, address: string, label: string, write: () => void): void {
    keep(records, () => {
      const note = { atMs: now(), actor: actor(), action, subject: address };
      appendAudit(records, { ...note, detail: { label } });
      write();
    });
  }

  return {
    /** By label. */
    list: (): BookEntry[] => listBook(records).map(view),

    /** @throws AppError `invalid_input`, field `address` or `label`; `offline` before Bitpro ever told the time */
    async add(input: { address: string; label: string }): Promise<BookEntry> {
      const { checkAddress } = await import('./addresses.ts');
      const { address } = checkAddress(input.address, network());
      const known = findBookEntry(records, address);
      if (known) {
        const message = `This address is in the book already, as “${known.label}”.`;
        throw new AppError('invalid_input', message, { field: 'address' });
      }
      const label = freeLabel(records, input.label, address);
      if (!clock.hasBegun()) throw noTimeYet();
      const times = { addedAtMs: now(), addedGuardMs: clock.nowMs() };
      const row: BookRow = { address, label, network: network(), ...times };
      change('address.added', address, label, () => {
        clock.keep();
        insertBookEntry(records, row);
      });
      return view(row);
    },

    /** The entry keeps its age. @throws AppError `invalid_input` (field `label`), `not_found` */
    label(input: { address: string; label: string }): BookEntry {
      const row = mustFind(records, input.address);
      const label = freeLabel(records, input.label, row.address);
      change('address.labelled', row.address, label, () =>
        labelBookEntry(records, row.address, label),
      );
      return view({ ...row, label });
    },

    /** @throws AppError `not_found` */
    remove(address: string): void {
      const row = mustFind(records, address);
      change('address.removed', address, row.label, () => removeBookEntry(records, address));
    },
  };
}

/**
 * What a forged address would imitate: the book as far as it was filled by `beforeMs`, who was paid before, and
 * the clients' own addresses.
 */
export function knownAddresses(records: RecordsDb, beforeMs = Infinity): KnownAddress[] {
  const book = listBook(records).filter(({ addedAtMs }) => addedAtMs <= beforeMs);
  const own = listRegisteredClients(records).flatMap(({ uid, depositAddress: address }) =>
    address === null ? [] : [{ address, what: `the deposit address of ${uid}` }],
  );
  return [
    ...book.map(({ address, label }) => ({ address, what: `“${label}”` })),
    ...own,
    ...listPayees(records).map((address) => ({ address, what: 'one that was paid before' })),
  ];
}

/** Two entries of one name, or of names that look alike, would be picked for each other. */
function freeLabel(records: RecordsDb, text: string, address: string): string {
  const label = text.trim();
  const taken = listBook(records).some(
    (row) => row.address !== address && lettersKey(row.label) === lettersKey(label),
  );
  if (!taken) return label;
  const message = 'Another address has this label. Choose one that tells them apart.';
  throw new AppError('invalid_input', message, { field: 'label' });
}

/** By a clock that was set back a new entry would be old once the service tells the time. */
function noTimeYet(): AppError {
  const message =
    'A new entry waits by Bitpro’s time, which Bitpro has not told yet. Connect to it, then add the address.';
  return new AppError('offline', message, { retryable: true });
}

function mustFind(records: RecordsDb, address: string): BookRow {
  const row = findBookEntry(records, address);
  if (row) return row;
  throw new AppError('not_found', 'This address is not in the address book.');
}
