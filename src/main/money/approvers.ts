import { MIN_PASSPHRASE_LENGTH } from '#shared/domain/constants.ts';
import { type ApproverView, type SecondPerson } from '#shared/domain/guards.ts';
import { AppError } from '#shared/errors.ts';
import { appendAudit, type AuditNote } from '../audit/chain.ts';
import {
  insertApprover,
  listApprovers,
  removeApprover,
  replacePassphrase,
} from '../storage/records/approvers-repo.ts';
import { keep } from './keep.ts';
import { hashPassphrase } from './passphrase.ts';
import { isSamePerson, personKey } from './person.ts';
import {
  authenticate,
  changeGuards,
  mustFindApprover,
  startWaits,
  type SecondPersonDeps,
} from './second-person.ts';

/** The people who may approve, each with a passphrase that only they know. Every change is audited. */
export function createApprovers(deps: SecondPersonDeps) {
  const { records, now, actor } = deps;
  startWaits(deps);

  function audit(action: string, subject: string, detail: AuditNote['detail']): void {
    appendAudit(records, { atMs: now(), actor: actor(), action, subject, detail });
  }

  return {
    list: (): ApproverView[] =>
      listApprovers(records).map(({ name, addedAtMs }) => ({
        name,
        addedAtMs,
        isOperator: isSamePerson(name, actor()),
      })),

    /** @throws AppError `invalid_input` (field `name` or `newPassphrase`), and as `changeGuards` does */
    async add(input: {
      name: string;
      newPassphrase: string;
      second?: SecondPerson | undefined;
    }): Promise<ApproverView> {
      const name = input.name.trim();
      const key = personKey(name);
      if (key === '') throw new AppError('invalid_input', 'Enter a name.', { field: 'name' });
      refuseShort(input.newPassphrase);
      const refuseTaken = (): void => {
        const alike = listApprovers(records).find((other) => isSamePerson(other.name, name));
        if (!alike) return;
        const message =
          alike.name === name
            ? 'There is an approver of this name already.'
            : `There is an approver ${alike.name} already, whose name looks the same.`;
        throw new AppError('invalid_input', message, { field: 'name' });
      };
      refuseTaken();
      const kept = await hashPassphrase(input.newPassphrase);
      const addedAtMs = now();
      const change = { kind: 'add_approver', name } as const;
      await changeGuards(
        deps,
        () => change,
        input.second,
        (approvedBy) => {
          refuseTaken();
          audit('approver.added', name, { approvedBy });
          insertApprover(records, { key, name, addedAtMs, ...kept });
        },
      );
      return { name, addedAtMs, isOperator: isSamePerson(name, actor()) };
    },

    /** What they approved and is not sent yet counts no more. @throws AppError as `changeGuards` does */
    async remove(input: { name: string; second?: SecondPerson | undefined }): Promise<void> {
      const { key, name } = mustFindApprover(records, input.name, 'name');
      const change = { kind: 'remove_approver', name } as const;
      await changeGuards(
        deps,
        () => change,
        input.second,
        (approvedBy) => {
          mustFindApprover(records, name, 'name');
          audit('approver.removed', name, { approvedBy });
          removeApprover(records, key);
        },
      );
    },

    /**
     * The approver's own doing: the old passphrase is enough, and needed.
     * @throws AppError `invalid_input` (field `passphrase` or `newPassphrase`), `rate_limited`
     */
    async changePassphrase(input: {
      name: string;
      passphrase: string;
      newPassphrase: string;
    }): Promise<void> {
      refuseShort(input.newPassphrase);
      const { name: approver, passphrase, newPassphrase } = input;
      const before = await authenticate(deps, { approver, passphrase, subject: 'passphrase' });
      const kept = await hashPassphrase(newPassphrase);
      keep(records, () => {
        // Two at once with the same old one: the second would take back what the first one set.
        const now = mustFindApprover(records, before.key, 'name');
        if (!now.hash.equals(before.hash)) {
          throw new AppError('conflict', 'This passphrase was just changed. Try again.');
        }
        audit('passphrase.changed', before.name, {});
        replacePassphrase(records, before.key, kept);
      });
    },
  };
}

function refuseShort(passphrase: string): void {
  if (passphrase.length >= MIN_PASSPHRASE_LENGTH) return;
  const message = `Choose a passphrase of at least ${MIN_PASSPHRASE_LENGTH} characters.`;
  throw new AppError('invalid_input', message, { field: 'newPassphrase' });
}
