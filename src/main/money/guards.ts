import type { GuardPolicy, GuardPolicyInput, SecondPerson } from '#shared/domain/guards.ts';
import { appendAudit } from '../audit/chain.ts';
import { getPolicy, putPolicy } from '../storage/records/policy-repo.ts';
import { createAddressBook, type AddressBookDeps } from './address-book.ts';
import { createApprovers } from './approvers.ts';
import { loweredBy } from './guard-changes.ts';
import { keep } from './keep.ts';
import { changeGuards } from './second-person.ts';

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

  /**
   * The audit entry holds what was, what is, which protection that takes away, and who agreed to it.
   * @throws AppError as `changeGuards` does
   */
  async function save(
    next: (before: GuardPolicy) => GuardPolicy,
    second: SecondPerson | undefined,
  ): Promise<GuardPolicy> {
    const change = () => {
      const before = getPolicy(records);
      return { kind: 'policy', before, after: next(before) } as const;
    };
    await changeGuards(deps, change, second, (approvedBy) => {
      const { before, after } = change();
      const detail = {
        before: JSON.stringify(before),
        after: JSON.stringify(after),
        lowered: loweredBy(before, after).join(', '),
        approvedBy,
      };
      const note = { atMs: now(), actor: actor(), action: 'policy.saved', subject: 'policy' };
      appendAudit(records, { ...note, detail });
      putPolicy(records, after);
    });
    return told(getPolicy(records));
  }

  return {
    listBook: book.list,
    addToBook: async (input: Parameters<typeof book.add>[0]) => told(await book.add(input)),
    labelInBook: (input: Parameters<typeof book.label>[0]) => told(book.label(input)),
    removeFromBook: (address: string) => told(book.remove(address)),

    policy: (): GuardPolicy => getPolicy(records),

    /** What is left out stays as it is. @throws AppError as `save` does */
    savePolicy: (input: {
      policy: GuardPolicyInput;
      second?: SecondPerson | undefined;
    }): Promise<GuardPolicy> =>
      save((before) => {
        const { approvalMs = before.approvalMs, ...rest } = input.policy;
        const { buyTolerancePercent = before.buyTolerancePercent } = rest;
        const { settleDelayMinutes = before.settleDelayMinutes } = rest;
        return { ...rest, approvalMs, buyTolerancePercent, settleDelayMinutes };
      }, input.second),

    /** @throws AppError as `save` does */
    saveSettleDelay: (
      settleDelayMinutes: number | null,
      second?: SecondPerson,
    ): Promise<GuardPolicy> => save((before) => ({ ...before, settleDelayMinutes }), second),

    /** Who is named in the log changed: the log says so itself, under the name until now. */
    noteOperator(before: string, after: string): void {
      keep(records, () => {
        const note = { atMs: now(), actor: before, action: 'operator.renamed', subject: after };
        appendAudit(records, { ...note, detail: { before, after } });
      });
    },

    listApprovers: approvers.list,
    addApprover: async (input: Parameters<typeof approvers.add>[0]) =>
      told(await approvers.add(input)),
    removeApprover: async (input: Parameters<typeof approvers.remove>[0]) =>
      told(await approvers.remove(input)),
    changePassphrase: async (input: Parameters<typeof approvers.changePassphrase>[0]) =>
      told(await approvers.changePassphrase(input)),
  };
}
