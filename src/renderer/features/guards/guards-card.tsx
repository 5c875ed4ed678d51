import { BookUser } from 'lucide-react';
import { useState, type FormEvent, type ReactNode } from 'react';
import type { GuardPolicy, GuardPolicyInput, SecondPerson } from '#shared/domain/guards.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { Button, ButtonLink } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Checkbox } from '../../components/checkbox.tsx';
import { ErrorState, Skeleton } from '../../components/states.tsx';
import { TextField } from '../../components/text-field.tsx';
import { toast } from '../../components/toasts.tsx';
import { call } from '../../lib/ipc.ts';
import { useProfile } from '../../lib/profile.tsx';
import { perProfile } from '../../lib/per-profile.ts';
import { useRequest } from '../../lib/resource.ts';
import css from './guards.module.css';
import { LoosenDialog } from '../../components/loosen-dialog.tsx';
import {
  draftOf,
  isPolicy,
  readPolicyDraft,
  type PolicyDraft,
  type PolicyErrors,
} from './policy-draft.ts';

/** What the open profile demands of a withdrawal before it is sent. */
export function GuardsCard(): ReactNode {
  const { name } = useProfile();
  const policy = useRequest('policy.get', {}, ['guards.changed']);
  return (
    <Card
      title={`Guards of ${name}`}
      actions={
        <ButtonLink href="/settings/address-book" icon={BookUser}>
          Address book
        </ButtonLink>
      }
    >
      {policy.status === 'ready' && (
        <PolicyForm key={JSON.stringify(policy.value)} policy={policy.value} />
      )}
      {policy.status === 'loading' && <Skeleton width={320} />}
      {policy.status === 'error' && <ErrorState error={policy.error} onRetry={policy.reload} />}
    </Card>
  );
}

async function keep(
  policy: GuardPolicyInput,
  agreement: { second?: SecondPerson } = {},
): Promise<ErrorDto | null> {
  const result = await call('policy.save', { policy, ...agreement });
  if (!result.ok) return result.error;
  toast.show({ tone: 'success', title: 'Guards saved', text: 'The change is in the audit log.' });
  return null;
}

/** What was typed and not saved, of the guards as they were then: it waits while other screens are looked at. */
const useUnsaved = perProfile<{ of: string; draft: PolicyDraft | null }>(() => ({
  of: '',
  draft: null,
}));

function PolicyForm({ policy }: { policy: GuardPolicy }): ReactNode {
  const unsaved = useUnsaved();
  const saved = JSON.stringify(policy);
  const kept = unsaved.of === saved ? unsaved.draft : null;
  const [draft, setDraft] = useState<PolicyDraft>(kept ?? draftOf(policy));
  const [errors, setErrors] = useState<PolicyErrors>({});
  const [saving, setSaving] = useState(false);
  const [loosening, setLoosening] = useState<{ policy: GuardPolicyInput; lost: string } | null>(
    null,
  );
  const take = (next: PolicyDraft, isUnsaved: boolean): void => {
    Object.assign(unsaved, { of: saved, draft: isUnsaved ? next : null });
    setDraft(next);
  };
  const change = (part: Partial<PolicyDraft>): void => take({ ...draft, ...part }, true);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(draftOf(policy));

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const reading = readPolicyDraft(draft);
    if (!isPolicy(reading)) return setErrors(reading);
    setErrors({});
    setSaving(true);
    const error = await keep(reading);
    setSaving(false);
    if (error === null) return;
    const { code, message } = error;
    if (code === 'approval_needed') return setLoosening({ policy: reading, lost: message });
    toast.show({ tone: 'danger', title: 'Not saved', text: message });
  };

  const limit = (name: 'maxWithdrawal' | 'maxDaily' | 'approvalAbove') => ({
    numeric: true,
    suffix: 'BTC',
    value: draft[name],
    error: errors[name],
    onChange: (event: { target: { value: string } }) => change({ [name]: event.target.value }),
  });

  return (
    <>
      <form className={css['form']} onSubmit={(event) => void save(event)}>
        <div className={css['limits']}>
          <TextField
            label="Limit for one withdrawal"
            placeholder="No limit"
            {...limit('maxWithdrawal')}
          />
          <TextField
            label="Limit for 24 hours"
            placeholder="No limit"
            hint="What has no known outcome yet counts as sent."
            {...limit('maxDaily')}
          />
          <TextField
            label="Second person’s approval above"
            placeholder="Never asked for"
            hint="An approver, other than who prepared it, enters a passphrase."
            {...limit('approvalAbove')}
          />
        </div>
        <Checkbox
          label="Pay only addresses of the address book"
          checked={draft.addressBookOnly}
          onChange={(addressBookOnly) => change({ addressBookOnly })}
        />
        <div className={css['wait']}>
          <TextField
            label="Wait before a new entry can be paid"
            hint="Counts while only addresses of the book are paid; otherwise the review points new ones out."
            numeric
            suffix="hours"
            value={draft.coolingHours}
            error={errors.coolingHours}
            onChange={(event) => change({ coolingHours: event.target.value })}
          />
          <TextField
            label="An approval holds for"
            hint="After that a second person approves anew."
            numeric
            suffix="hours"
            value={draft.approvalHours}
            error={errors.approvalHours}
            onChange={(event) => change({ approvalHours: event.target.value })}
          />
          <TextField
            label="A buy may differ from what was expected by"
            hint="Beyond that a person looks at it before it counts as bought."
            numeric
            suffix="%"
            value={draft.buyTolerance}
            error={errors.buyTolerance}
            onChange={(event) => change({ buyTolerance: event.target.value })}
          />
        </div>
        <div className={css['buttons']}>
          <Button type="submit" loading={saving}>
            Save guards
          </Button>
          {isChanged && (
            <>
              <Button variant="ghost" onClick={() => take(draftOf(policy), false)}>
                Undo changes
              </Button>
              <span role="status">Not saved yet.</span>
            </>
          )}
        </div>
      </form>
      {loosening !== null && (
        <LoosenDialog
          lost={loosening.lost}
          action="Save guards"
          save={(agreement) => keep(loosening.policy, agreement)}
          onClose={() => setLoosening(null)}
        />
      )}
    </>
  );
}
