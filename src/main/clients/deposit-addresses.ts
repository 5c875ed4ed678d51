import { addressKey } from '#shared/address-text.ts';
import type { ClientAttention } from '#shared/domain/client.ts';
import type { Network } from '#shared/domain/profile.ts';
import type { RecordsDb } from '../storage/open.ts';
import { listRegisteredClients, type RegisteredClient } from '../storage/records/clients-repo.ts';

/** As payees are checked; null when the address can be paid on this network. */
export type AddressFaultOf = (
  address: string,
  network: Network,
) => 'mixed_case' | 'other_network' | 'unsupported' | 'malformed' | null;

export type AddressProblems = { addressProblem: string | null; conflictProblem: string | null };

type Bearer = Pick<RegisteredClient, 'uid' | 'label' | 'depositAddress' | 'conflictingAddress'>;

/** How long main may be held by it: 20,000 addresses take 200 ms. */
const SLICE_MS = 5;

/**
 * Which deposit addresses may be given to payers: they must be addresses of this network, and of one client alone.
 * It is judged from the records whenever an address is shown, copied or accepted, so that it does not matter by which
 * door it came in.
 */
export function createDepositAddresses(deps: {
  records: RecordsDb;
  network: () => Network;
  /** The code that knows addresses is large, so it comes with the first of them. */
  loadFaultOf: () => Promise<AddressFaultOf>;
}) {
  const { records, network, loadFaultOf } = deps;
  /** By network and address. What an address is worth never changes, and there are only as many as clients. */
  const faults = new Map<string, ReturnType<AddressFaultOf>>();

  async function judge(): Promise<(client: Bearer) => AddressProblems> {
    const clients = listRegisteredClients(records);
    await lookAt(clients.flatMap(addressesOf));
    const bearers = bearersByAddress(clients);
    const problemOf = ({ uid }: Bearer, address: string | null): string | null => {
      if (address === null) return null;
      const others = bearers.get(addressKey(address))?.filter((each) => each.uid !== uid) ?? [];
      return describeFault(faults.get(keyOf(address)) ?? null, network()) ?? describeShared(others);
    };
    return (client) => ({
      addressProblem: problemOf(client, client.depositAddress),
      conflictProblem: problemOf(client, client.conflictingAddress),
    });
  }

  const keyOf = (address: string): string => `${network()} ${address}`;

  async function lookAt(addresses: readonly string[]): Promise<void> {
    const unknown = addresses.filter((address) => !faults.has(keyOf(address)));
    if (unknown.length === 0) return;
    const faultOf = await loadFaultOf();
    let sliceEndsMs = performance.now() + SLICE_MS;
    for (const address of unknown) {
      faults.set(keyOf(address), faultOf(address, network()));
      if (performance.now() < sliceEndsMs) continue;
      await new Promise((resolve) => setImmediate(resolve));
      sliceEndsMs = performance.now() + SLICE_MS;
    }
  }

  return {
    /** What is wrong with the addresses of the clients, as things stand. */
    judge,

    /** By name: what a person has to look at. Archived clients can still be paid by who knows their address. */
    async attention(): Promise<ClientAttention[]> {
      const problemsOf = await judge();
      return listRegisteredClients(records).flatMap((client): ClientAttention[] => {
        const { uid, label, conflictingAddress } = client;
        const { addressProblem, conflictProblem } = problemsOf(client);
        if (conflictingAddress !== null) {
          const why =
            conflictProblem ?? 'Bitpro reports another deposit address than the known one.';
          return [{ uid, label, what: 'changed', why }];
        }
        return addressProblem === null
          ? []
          : [{ uid, label, what: 'unusable', why: addressProblem }];
      });
    },
  };
}

export type DepositAddresses = ReturnType<typeof createDepositAddresses>;

function addressesOf({ depositAddress, conflictingAddress }: Bearer): string[] {
  return [depositAddress, conflictingAddress].filter((address) => address !== null);
}

function bearersByAddress(clients: readonly Bearer[]): Map<string, Bearer[]> {
  const bearers = new Map<string, Bearer[]>();
  for (const client of clients) {
    for (const address of addressesOf(client)) {
      const key = addressKey(address);
      const known = bearers.get(key);
      if (known) known.push(client);
      else bearers.set(key, [client]);
    }
  }
  return bearers;
}

function describeFault(fault: ReturnType<AddressFaultOf>, network: Network): string | null {
  const other = network === 'mainnet' ? 'testnet' : 'mainnet';
  const sentences = {
    mixed_case: 'Bitpro reports an address that mixes capital and small letters.',
    other_network: `Bitpro reports an address of ${other}, and this profile is on ${network}.`,
    unsupported:
      'Bitpro reports a kind of address that is not supported: bitcoin sent to it could be lost.',
    malformed: 'Bitpro reports an address that is not a valid bitcoin address.',
  };
  return fault === null ? null : sentences[fault];
}

function describeShared(others: readonly Bearer[]): string | null {
  const [first, ...more] = others;
  if (first === undefined) return null;
  const name = first.label === '' ? first.uid : `“${first.label}” (${first.uid})`;
  const rest = more.length === 0 ? '' : ` and ${more.length} more`;
  return `Bitpro reports the same address for ${name}${rest}, so it is not known who would be paid.`;
}
