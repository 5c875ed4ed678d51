import type { ClientView } from '#shared/domain/client.ts';
import type { Network } from '#shared/domain/profile.ts';
import { depositAddressProblem } from '../bitcoin/deposit-address.ts';
import type { RecordsDb } from '../storage/open.ts';
import { findClientsByAddress } from '../storage/records/clients-repo.ts';

export type AddressProblems = Pick<ClientView, 'addressProblem' | 'conflictProblem'>;

type Bearer = Pick<ClientView, 'uid' | 'depositAddress' | 'conflictingAddress'>;

/**
 * Which deposit addresses may be given to payers: they must be addresses of this network, and of one client alone.
 * It is judged from the records whenever an address is shown, copied or accepted, so that it does not matter by which
 * door it came in. Of many clients at once storage/client-list.ts judges the same.
 */
export function createDepositAddresses(deps: { records: RecordsDb; network: () => Network }) {
  const { records, network } = deps;

  return {
    /** What is wrong with the addresses of a client, as things stand. */
    async judge({ uid, depositAddress, conflictingAddress }: Bearer): Promise<AddressProblems> {
      // The code that knows addresses is large, so it comes with the first of them.
      const { addressFault } = await import('../bitcoin/address-fault.ts');
      const problemOf = (address: string | null): string | null => {
        if (address === null) return null;
        const others = findClientsByAddress(records, address).filter((each) => each.uid !== uid);
        return depositAddressProblem(addressFault(address, network()), network(), others);
      };
      return {
        addressProblem: problemOf(depositAddress),
        conflictProblem: problemOf(conflictingAddress),
      };
    },
  };
}

export type DepositAddresses = ReturnType<typeof createDepositAddresses>;
