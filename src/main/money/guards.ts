import type { GuardPolicy } from '#shared/domain/guards.ts';
import { appendAudit } from '../audit/chain.ts';
import { getPolicy, putPolicy } from '../storage/records/policy-repo.ts';
import { createAddressBook, type AddressBookDeps } from './address-book.ts';
import { createApprovers } from './approvers.ts';
import { keep } from './keep.ts';
import { loweredBy } from './policy.ts';

export type Guards = ReturnType<typeof createGuards>;

/** The settings behind the guards of one profile. `onChanged` comes after every change. */
export function createGuards(deps: AddressBookDeps & { onChanged: () => void }) {
  const { records, now, actor, onChanged } = deps;
  const book = createAddressBook(deps);
  const approvers = createApprovers(deps);

  function told<T>(result: T): T {
    onChanged();
    return result;
  }

  return {
    listBook: book.list,
    addToBook: (input: Parameters<typeof book.add>[0]) => told(book.add(input)),
    labelInBook: (input: Parameters<typeof book.label>[0]) => told(book.label(input)),
    removeFromBook: (address: string) => told(book.remove(address)),

    policy: (): GuardPolicy => getPolicy(records),

    /** The audit entry holds what was, what is, and which protection that takes away. */
    savePolicy(policy: GuardPolicy): GuardPolicy {
      keep(records, () => {
        const before = getPolicy(records);
        const lowered = loweredBy(before, policy);
        const detail = {
          before: JSON.stringify(before),
          after: JSON.stringify(policy),
          lowered: lowered.join(', '),
        };
        const note = { atMs: now(), actor: actor(), action: 'policy.saved', subject: 'policy' };
        appendAudit(records, { ...note, detail });
        putPolicy(records, policy);
      });
      return told(getPolicy(records));
    },

    listApprovers: approvers.list,
    addApprover: async (input: Parameters<typeof approvers.add>[0]) =>
      told(await approvers.add(input)),
    removeApprover: (name: string) => told(approvers.remove(name)),
  };
}
