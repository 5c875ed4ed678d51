import { CLIENT_LABEL, type ClientView, type ImportLine } from '#shared/domain/client.ts';
import { AppError } from '#shared/errors.ts';
import { readText } from '#shared/text.ts';
import { appendAudit, type AuditNote } from '../audit/chain.ts';
import type { BitproClient } from '../bitpro/client.ts';
import { clientView, type StoredClientView } from '../storage/client-views.ts';
import type { CacheDb, RecordsDb } from '../storage/open.ts';
import {
  acceptAddress,
  archiveClient,
  findClientsByAddress,
  labelClient,
  listRegisteredUids,
  registerClient,
  hasIntents,
  registerClients,
  removeClient,
  type NewClient,
} from '../storage/records/clients-repo.ts';
import type { DepositAddresses } from './deposit-addresses.ts';
import { readImport } from './import-uids.ts';

export type Registry = ReturnType<typeof createRegistry>;

/**
 * The merchant's clients. The API lists none, so this registry is the only memory of them; every change of it
 * is in the audit log. Figures beside the entries come from the cache.
 */
export function createRegistry(deps: {
  records: RecordsDb;
  cache: CacheDb;
  client: Pick<BitproClient, 'getClient'>;
  addresses: DepositAddresses;
  now: () => number;
  actor: () => string;
  /** After every change. */
  onChanged: () => void;
  /** Clients of whom nothing is known yet. */
  onAdded: (uids: readonly string[]) => void;
}) {
  const { records, cache, client, addresses, now, actor, onChanged, onAdded } = deps;

  function get(uid: string): StoredClientView {
    const view = clientView(records, cache, uid);
    if (view) return view;
    throw new AppError('not_found', `${uid} is not among the clients of this profile.`);
  }

  /** As it is shown: with what is wrong with its addresses. */
  async function judged(view: StoredClientView): Promise<ClientView> {
    return { ...view, ...(await addresses.judge(view)) };
  }

  /** Change and audit entry in one transaction; `write` says whether there was anything to change. */
  function change(
    uid: string,
    action: string,
    detail: AuditNote['detail'],
    write: () => boolean,
  ): StoredClientView {
    const apply = records.transaction(() => {
      if (!write()) return;
      note(action, uid, detail);
    });
    apply.immediate();
    onChanged();
    return get(uid);
  }

  function note(action: string, subject: string, detail: AuditNote['detail']): void {
    appendAudit(records, { atMs: now(), actor: actor(), action, subject, detail });
  }

  return {
    get,
    judged,
    /**
     * The deposit address to give away.
     * @throws AppError conflict while two addresses are on record or the one must not be used, not_found before the first
     */
    async usableAddress(uid: string): Promise<string> {
      const { depositAddress, conflictingAddress, addressProblem } = await judged(get(uid));
      if (conflictingAddress !== null) {
        throw new AppError('conflict', 'Decide first which of the two addresses is right.');
      }
      if (addressProblem !== null) {
        throw new AppError('conflict', `${addressProblem} It was not copied. Ask Bitpro about it.`);
      }
      if (depositAddress !== null) return depositAddress;
      throw new AppError('not_found', 'The address of this client was not read yet.');
    },

    /** Clients whose deposit address it is, or is reported to be: what is paid there comes back to this account. */
    ownersOf: (address: string): { uid: string; label: string }[] =>
      findClientsByAddress(records, address).map(({ uid, label }) => ({ uid, label })),

    /**
     * Takes up a client that exists on the server, which is asked first.
     * @throws AppError conflict when it is listed already, not_found when the server knows no such uid
     */
    async add({ uid, label }: { uid: string; label: string }): Promise<StoredClientView> {
      if (clientView(records, cache, uid)) {
        throw new AppError('conflict', `${uid} is among the clients already.`, { field: 'uid' });
      }
      const { depositAddress } = await askFor(client, uid);
      const added = change(uid, 'client.added', { label }, () =>
        registerClient(records, { uid, label, source: 'added', addedAtMs: now(), depositAddress }),
      );
      onAdded([uid]);
      return added;
    },

    previewImport: (csv: string): Promise<ImportLine[]> =>
      readImport(csv, new Set(listRegisteredUids(records))),

    /**
     * Uids listed already are left as they are. Many are written in several steps, each whole with its audit entry, so
     * that main is not held; whoever is stopped in between imports the same file again. The server is asked at once.
     * @throws AppError invalid_input, before anything is written, for a line that no preview would have let through
     */
    async import(lines: readonly { uid: string; label: string }[]): Promise<{ imported: number }> {
      const clients: NewClient[] = [];
      for (const [index, line] of lines.entries()) {
        if (index % IMPORT_STEP === 0) await nextTurn();
        const label = readText(line.label, CLIENT_LABEL);
        if (!label.ok) throw new AppError('invalid_input', `${line.uid}: ${label.problem}`);
        clients.push({ uid: line.uid, label: label.value, source: 'imported', addedAtMs: now() });
      }
      let imported = 0;
      try {
        for (let at = 0; at < clients.length; at += IMPORT_STEP) {
          imported += registerAll(clients.slice(at, at + IMPORT_STEP), 'client.imported');
          await nextTurn();
        }
      } finally {
        onChanged();
        onAdded(clients.map(({ uid }) => uid));
      }
      return { imported };
    },

    label: ({ uid, label }: { uid: string; label: string }): StoredClientView =>
      change(uid, 'client.labelled', { label }, () => labelClient(records, uid, label)),

    /** @throws AppError conflict when anything of it is known: then it is archived instead */
    remove(uid: string): void {
      const { balance, history } = get(uid);
      const isKnown = balance !== null || history.rows > 0 || hasIntents(records, uid);
      if (isKnown) {
        throw new AppError('conflict', `${uid} was read before. Archive it instead.`);
      }
      const remove = records.transaction(() => {
        removeClient(records, uid);
        note('client.removed', uid, {});
      });
      remove.immediate();
      onChanged();
    },

    archive: ({ uid, archived }: { uid: string; archived: boolean }): StoredClientView =>
      change(uid, archived ? 'client.archived' : 'client.restored', {}, () =>
        archiveClient(records, uid, archived),
      ),

    /**
     * The operator's decision between two deposit addresses, shown by repeating the end of the one taken.
     * @throws AppError invalid_input (field `typedLastSix`), conflict when neither is it, or it must not be used
     */
    async acceptAddress(input: {
      uid: string;
      address: string;
      typedLastSix: string;
    }): Promise<StoredClientView> {
      const { uid, address, typedLastSix } = input;
      if (typedLastSix.trim() !== address.slice(-6)) {
        throw new AppError('invalid_input', 'These are not the last six characters.', {
          field: 'typedLastSix',
        });
      }
      const { depositAddress, addressProblem, conflictProblem } = await judged(get(uid));
      const problem = address === depositAddress ? addressProblem : conflictProblem;
      if (problem !== null) {
        throw new AppError('conflict', `${problem} It cannot be taken. Ask Bitpro about it.`);
      }
      return change(uid, 'client.address_accepted', { address }, () => {
        if (acceptAddress(records, uid, address)) return true;
        throw new AppError('conflict', 'The addresses changed meanwhile. Look at them again.');
      });
    },
  };

  function registerAll(clients: readonly NewClient[], action: string): number {
    const register = records.transaction(() => {
      const imported = registerClients(records, clients);
      if (imported > 0) note(action, 'clients', { imported });
      return imported;
    });
    return register.immediate();
  }
}

/** Clients written at once: 200 take 3 ms. */
const IMPORT_STEP = 200;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function askFor(client: Pick<BitproClient, 'getClient'>, uid: string) {
  try {
    return await client.getClient(uid);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'not_found') throw error;
    throw new AppError('not_found', `Bitpro knows no client ${uid} of this account.`, {
      field: 'uid',
      cause: error,
    });
  }
}
