import { useState, type ReactNode, type SubmitEvent } from 'react';
import type { ClientView } from '#shared/domain/client.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Checkbox } from '../../components/checkbox.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { AddressGroups } from '../../components/hash.tsx';
import { TextField } from '../../components/text-field.tsx';
import { toast } from '../../components/toasts.tsx';
import { call } from '../../lib/ipc.ts';
import css from './client-page.module.css';

type AddressConflictProps = { client: ClientView; conflictingAddress: string };

/** Blocks the client until a person has looked: a changed deposit address is how money gets stolen. */
export function AddressConflict({ client, conflictingAddress }: AddressConflictProps): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Banner
        tone="danger"
        title="Bitpro reports another deposit address"
        actions={<Button onClick={() => setOpen(true)}>Compare addresses</Button>}
      >
        It differs from the one known for this client. Buying and withdrawing are blocked. Do not
        hand out either address before Bitpro has confirmed, by another way, which one is right.
      </Banner>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="Which address is right?"
        description="Ask Bitpro by phone or in their own portal. Keep the known address by closing this."
        width={520}
      >
        <AcceptForm
          client={client}
          conflictingAddress={conflictingAddress}
          onDone={() => setOpen(false)}
        />
      </Dialog>
    </>
  );
}

type AcceptFormProps = AddressConflictProps & { onDone: () => void };

/** Either address may turn out to be right; whichever it is, its end is typed from what Bitpro told by another way. */
function AcceptForm({ client, conflictingAddress, onDone }: AcceptFormProps): ReactNode {
  const { depositAddress, conflictProblem } = client;
  const [isKnownRight, setKnownRight] = useState(conflictProblem !== null);
  const [typed, setTyped] = useState('');
  const [accepting, setAccepting] = useState(false);
  const [error, setError] = useState<ErrorDto | null>(null);
  const which = isKnownRight ? 'known' : 'new';

  const accept = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (accepting) return;
    setAccepting(true);
    const result = await call('clients.acceptAddress', {
      uid: client.uid,
      address: (isKnownRight ? depositAddress : null) ?? conflictingAddress,
      typedLastSix: typed.trim(),
    });
    setAccepting(false);
    if (!result.ok) return setError(result.error);
    const title = isKnownRight ? 'Known deposit address confirmed' : 'New deposit address taken';
    toast.show({ tone: 'success', title });
    onDone();
  };

  return (
    <form className={css['form']} onSubmit={(event) => void accept(event)}>
      <dl className={css['compare']}>
        <div>
          <dt>Known address</dt>
          <dd>{depositAddress !== null && <AddressGroups address={depositAddress} />}</dd>
        </div>
        <div>
          <dt>Reported now</dt>
          <dd>
            <AddressGroups address={conflictingAddress} />
          </dd>
        </div>
      </dl>
      {conflictProblem !== null && (
        <Banner tone="danger" title="The address reported now cannot be taken">
          {conflictProblem}
        </Banner>
      )}
      <TextField
        label={`Last six characters of the ${which} address`}
        hint="Typed from what Bitpro told you, not from this screen."
        value={typed}
        maxLength={6}
        error={error?.message}
        onChange={(event) => {
          setTyped(event.target.value);
          setError(null);
        }}
      />
      {conflictProblem === null && (
        <Checkbox
          label="Bitpro says that the known address is right"
          checked={isKnownRight}
          onChange={(checked) => {
            setKnownRight(checked);
            setError(null);
          }}
        />
      )}
      <div className={css['buttons']}>
        <Button onClick={onDone}>{isKnownRight ? 'Cancel' : 'Keep the known address'}</Button>
        <Button
          type="submit"
          variant={isKnownRight ? 'primary' : 'danger'}
          disabled={typed.trim().length < 6}
          loading={accepting}
        >
          {isKnownRight ? 'Confirm the known address' : 'Take the new address'}
        </Button>
      </div>
    </form>
  );
}
