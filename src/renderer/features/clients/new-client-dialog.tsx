import { useId, useState, type ReactNode, type SubmitEvent } from 'react';
import { useLocation } from 'wouter';
import type { Intent } from '#shared/domain/intent.ts';
import type { ErrorDto, Result } from '#shared/errors.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { TextField } from '../../components/text-field.tsx';
import { toast } from '../../components/toasts.tsx';
import { Waiting } from '../../components/waiting.tsx';
import { call } from '../../lib/ipc.ts';
import { useOffline } from '../../lib/profile.tsx';
import css from './clients.module.css';

type NewClientDialogProps = { open: boolean; onOpenChange: (open: boolean) => void };

export function NewClientDialog({ open, onOpenChange }: NewClientDialogProps): ReactNode {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="New client"
      description="Bitpro creates the client and gives it a uid and a deposit address. No money moves."
    >
      <NewClientForm onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

function NewClientForm({ onDone }: { onDone: () => void }): ReactNode {
  const [label, setLabel] = useState('');
  const [creating, setCreating] = useState(false);
  const [error, setError] = useState<ErrorDto | null>(null);
  const [, navigate] = useLocation();
  const offline = useOffline();
  const offlineId = useId();

  const create = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (creating || offline !== null) return;
    setCreating(true);
    const result = await createClient(label);
    setCreating(false);
    if (!result.ok) return setError(result.error);
    const intent = result.value;
    onDone();
    if (intent.state !== 'confirmed' || intent.clientUid === null) {
      return navigate(`/intents/${intent.id}`);
    }
    navigate(`/clients/${intent.clientUid}`);
    toast.show({
      tone: 'success',
      title: 'Client created',
      text: `Its uid is ${intent.clientUid}.`,
    });
  };

  return (
    <form className={css['form']} onSubmit={(event) => void create(event)}>
      <TextField
        label="Label"
        hint="Optional. Kept on this machine only; it can be changed later."
        autoFocus
        maxLength={80}
        value={label}
        error={error?.message}
        onChange={(event) => setLabel(event.target.value)}
      />
      {offline !== null && <p id={offlineId}>{offline}</p>}
      <Waiting active={creating}>
        Still waiting for Bitpro. It is sent once at most; its outcome stands under Requests.
      </Waiting>
      <div className={css['buttons']}>
        <Button onClick={onDone}>Cancel</Button>
        <Button
          type="submit"
          variant="primary"
          loading={creating}
          disabled={offline !== null}
          aria-describedby={offline === null ? undefined : offlineId}
        >
          Create client
        </Button>
      </div>
    </form>
  );
}

/**
 * A lost answer would lose the new uid, so this goes through the journal like money (money-safety.md). It
 * moves none, so it is confirmed without a review on screen.
 */
async function createClient(label: string): Promise<Result<Intent>> {
  const review = await call('intents.prepare', { kind: 'create_client', label: label.trim() });
  if (!review.ok) return review;
  const { intent, reviewHash } = review.value;
  const confirmed = await call('intents.confirm', { id: intent.id, reviewHash, typed: null });
  if (confirmed.ok) return confirmed;
  // Refused before sending: the journal must not keep waiting for a decision already taken.
  const now = await call('intents.get', { id: intent.id });
  if (!now.ok || now.value.state !== 'journaled') return now;
  await call('intents.discard', { id: intent.id });
  return confirmed;
}
