import type { ReactNode } from 'react';
import type { ApproverView, SecondPerson } from '#shared/domain/guards.ts';
import { Banner } from './banner.tsx';
import { chosenFrom, SecondPersonFields } from './second-person.tsx';
import css from './second-person.module.css';

type AgreementProps = {
  approvers: readonly ApproverView[];
  /** Left out where the dialog says it already. */
  intro?: string;
  value: SecondPerson;
  error: string | null;
  onChange: (value: SecondPerson) => void;
};

/** Where somebody else has to agree to a change of the guards. Nothing while there is no approver. */
export function Agreement(props: AgreementProps): ReactNode {
  const { approvers, intro, value, error, onChange } = props;
  const names = othersOf(approvers);
  if (approvers.length === 0) return null;
  if (names.length === 0) {
    return (
      <Banner tone="warning" title="Nobody here can agree to this">
        The only approver has the operator’s name. Another operator has to make this change.
      </Banner>
    );
  }
  return (
    <div className={css['agreement']}>
      {intro !== undefined && <p>{intro}</p>}
      <SecondPersonFields names={names} value={value} error={error} onChange={onChange} />
    </div>
  );
}

/** What goes with the request: nothing while nobody could agree. */
export function agreementOf(
  approvers: readonly ApproverView[],
  value: SecondPerson,
): { second?: SecondPerson } {
  const names = othersOf(approvers);
  if (names.length === 0) return {};
  return { second: { ...value, approver: chosenFrom(names, value) } };
}

function othersOf(approvers: readonly ApproverView[]): string[] {
  return approvers.filter(({ isOperator }) => !isOperator).map(({ name }) => name);
}
