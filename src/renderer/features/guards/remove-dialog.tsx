import { useState, type ReactNode } from 'react';
import type { RequestInput } from '#shared/ipc/contract.ts';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { call } from '../../lib/ipc.ts';

type Removal =
  | { name: 'approvers.remove'; input: RequestInput<'approvers.remove'> }
  | { name: 'addressBook.remove'; input: RequestInput<'addressBook.remove'> };

type RemoveDialogProps = {
  title: string;
  description: string;
  request: Removal;
  onClose: () => void;
};

export function RemoveDialog({
  title,
  description,
  request,
  onClose,
}: RemoveDialogProps): ReactNode {
  const [error, setError] = useState<string | null>(null);
  const [working, setWorking] = useState(false);

  const remove = async (): Promise<void> => {
    setWorking(true);
    const result =
      request.name === 'approvers.remove'
        ? await call(request.name, request.input)
        : await call(request.name, request.input);
    setWorking(false);
    if (!result.ok) return setError(result.error.message);
    onClose();
  };

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="danger" loading={working} onClick={() => void remove()}>
            Remove
          </Button>
        </>
      }
    >
      {error !== null && (
        <Banner tone="danger" title="Not removed">
          {error}
        </Banner>
      )}
    </Dialog>
  );
}
