import { useId, useState, type FormEvent, type ReactNode } from 'react';
import type { ErrorDto } from '#shared/errors.ts';
import { Banner } from './banner.tsx';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import css from './form-dialog.module.css';

export type Problem = Pick<ErrorDto, 'message' | 'field'>;

type FormDialogProps = {
  title: string;
  description?: ReactNode;
  /** On the button that submits. */
  action: string;
  isDanger?: boolean;
  /** Closes the dialog when it gives null. */
  submit: () => Promise<Problem | null>;
  onClose: () => void;
  /** Fields that say their own problem, by `at`; any other is said above them. */
  fields?: readonly string[];
  children?: (at: (field: string) => string | null) => ReactNode;
};

/** A question with a form in it that stays open until what it asks for is done. */
export function FormDialog(props: FormDialogProps): ReactNode {
  const { title, description, action, isDanger = false, fields = [], submit, onClose } = props;
  const [problem, setProblem] = useState<Problem | null>(null);
  const [working, setWorking] = useState(false);
  const form = useId();

  const onSubmit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (working) return;
    setWorking(true);
    const found = await submit();
    setWorking(false);
    if (found === null) onClose();
    else setProblem(found);
  };

  const isAtField = problem?.field !== undefined && fields.includes(problem.field);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant={isDanger ? 'danger' : 'primary'}
            type="submit"
            form={form}
            loading={working}
          >
            {action}
          </Button>
        </>
      }
    >
      <form id={form} className={css['form']} onSubmit={(event) => void onSubmit(event)}>
        {problem !== null && !isAtField && (
          <Banner tone="danger" title="Nothing was changed">
            {problem.message}
          </Banner>
        )}
        {props.children?.((field) => (problem?.field === field ? problem.message : null))}
      </form>
    </Dialog>
  );
}
