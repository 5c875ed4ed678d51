import type { ClientView, ImportLine } from '#shared/domain/client.ts';
import { AppError } from '#shared/errors.ts';
import { appendAudit, type AuditNote } from '../audit/chain.ts';
import type { BitproClient } from '../bitpro/client.ts';
import { clientView, clientViews } from '../storage/client-views.ts';
import type { CacheDb, RecordsDb } from '../storage/open.ts';
import {
  acceptAddress,
  archiveClient,
  labelClient,
  listRegisteredClients,
  registerClient,
  registerClients,
  type NewClient,
} from '../storage/records/clients-repo.ts';
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
  now: () => number;
  actor: () => string;
  /** After every change. */
  onChanged: () => void;
}) {
  const { records, cache, client, now, actor, onChanged } = deps;

  function get(uid: string): ClientView {
    const view = clientView(records, cache, uid);
    if (view) return view;
    throw new AppError('not_found', `${uid} is not among the clients of this profile.`);
  }

  /** Change and audit entry in one transaction; `write` says whether there was anything to change. */
  function change(
    uid: string,
    action: string,
    detail: AuditNote['detail'],
    write: () => boolean,
  ): ClientView {
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
    /**
     * The deposit address to give away.
     * @throws AppError conflict while two addresses are on record, not_found before the first
     */
    usableAddress(uid: string): string {
      const { depositAddress, conflictingAddress } = get(uid);
      if (conflictingAddress !== null) {
        throw new AppError('conflict', 'Decide first which of the two addresses is right.');
      }
      if (depositAddress !== null) return depositAddress;
      throw new AppError('not_found', 'The address of this client was not read yet.');
    },

    /** Newest entry first. */
    list: (): ClientView[] => clientViews(records, cache),

    /**
     * Takes up a client that exists on the server, which is asked first.
     * @throws AppError conflict when it is listed already, not_found when the server knows no such uid
     */
    async add({ uid, label }: { uid: string; label: string }): Promise<ClientView> {
      if (clientView(records, cache, uid)) {
        throw new AppError('conflict', `${uid} is among the clients already.`, { field: 'uid' });
      }
      const { depositAddress } = await askFor(client, uid);
      return change(uid, 'client.added', { label }, () =>
        registerClient(records, { uid, label, source: 'added', addedAtMs: now(), depositAddress }),
      );
    },

    previewImport: (csv: string): ImportLine[] =>
      readImport(csv, new Set(listRegisteredClients(records).map(({ uid }) => uid))),

    /** All lines or none; uids listed already are left as they are. The server is asked by the next sync. */
    import(lines: readonly { uid: string; label: string }[]): { imported: number } {
      return registerAll(
        lines.map((line) => ({ ...line, source: 'imported', addedAtMs: now() })),
        'client.imported',
      );
    },

    label: ({ uid, label }: { uid: string; label: string }): ClientView =>
      change(uid, 'client.labelled', { label }, () => labelClient(records, uid, label)),

    archive: ({ uid, archived }: { uid: string; archived: boolean }): ClientView =>
      change(uid, archived ? 'client.archived' : 'client.restored', {}, () =>
        archiveClient(records, uid, archived),
      ),

    /** The operator's decision between two deposit addresses, shown by repeating the end of the one taken. */
    acceptAddress(input: { uid: string; address: string; typedLastSix: string }): ClientView {
      const { uid, address, typedLastSix } = input;
      if (typedLastSix.trim() !== address.slice(-6)) {
        throw new AppError('invalid_input', 'These are not the last six characters.', {
          field: 'typedLastSix',
        });
      }
      return change(uid, 'client.address_accepted', { address }, () => {
        if (acceptAddress(records, uid, address)) return true;
        throw new AppError('conflict', 'The addresses changed meanwhile. Look at them again.');
      });
    },
  };

  function registerAll(clients: readonly NewClient[], action: string): { imported: number } {
    const register = records.transaction(() => {
      const imported = registerClients(records, clients);
      if (imported > 0) note(action, 'clients', { imported });
      return { imported };
    });
    const result = register.immediate();
    onChanged();
    return result;
  }
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
