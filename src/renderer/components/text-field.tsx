import { Field } from '@base-ui/react/field';
import type { ComponentProps, ReactNode } from 'react';
import { cx } from '../lib/cx.ts';
import css from './field.module.css';

export type FieldText = {
  label: string;
  hint?: ReactNode;
  /** What to do about it; shown below in place of the hint. */
  error?: string | null | undefined;
};

type TextFieldProps = FieldText &
  Omit<ComponentProps<'input'>, 'className' | 'style' | 'prefix' | 'size' | 'defaultValue'> & {
    prefix?: ReactNode;
    suffix?: ReactNode;
    /** Right-aligned tabular figures. */
    numeric?: boolean;
  };

export function TextField({
  label,
  hint,
  error,
  prefix,
  suffix,
  numeric = false,
  disabled,
  name,
  ...rest
}: TextFieldProps): ReactNode {
  return (
    <Field.Root
      className={css['field']}
      invalid={Boolean(error)}
      disabled={disabled === true}
      {...(name === undefined ? {} : { name })}
    >
      <Field.Label className={css['label']}>{label}</Field.Label>
      <div className={css['box']}>
        {prefix !== undefined && <span className={css['affix']}>{prefix}</span>}
        <Field.Control
          autoComplete="off"
          spellCheck={false}
          {...(numeric ? { inputMode: 'decimal' as const } : {})}
          {...rest}
          className={cx(css['input'], numeric && css['numeric'])}
        />
        {suffix !== undefined && <span className={css['affix']}>{suffix}</span>}
      </div>
      <FieldNotes hint={hint} error={error} />
    </Field.Root>
  );
}

type TextAreaProps = FieldText &
  Omit<ComponentProps<'textarea'>, 'className' | 'style' | 'defaultValue'>;

export function TextArea({ label, hint, error, disabled, ...rest }: TextAreaProps): ReactNode {
  return (
    <Field.Root className={css['field']} invalid={Boolean(error)} disabled={disabled === true}>
      <Field.Label className={css['label']}>{label}</Field.Label>
      <Field.Control
        render={<textarea rows={3} {...rest} />}
        className={cx(css['box'], css['area'])}
      />
      <FieldNotes hint={hint} error={error} />
    </Field.Root>
  );
}

function FieldNotes({ hint, error }: Omit<FieldText, 'label'>): ReactNode {
  if (error) {
    return (
      <Field.Error match className={css['error']}>
        {error}
      </Field.Error>
    );
  }
  if (hint === undefined || hint === null) return null;
  return <Field.Description className={css['hint']}>{hint}</Field.Description>;
}
