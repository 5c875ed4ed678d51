import type { ReactNode } from 'react';
import type { SecondPerson } from '#shared/domain/guards.ts';
import type { Weighing } from '#shared/domain/intent.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { Banner } from '../../components/banner.tsx';
import { ButtonLink } from '../../components/button.tsx';
import { chosenFrom, SecondPersonFields } from '../../components/second-person.tsx';
import { Table, Td, Th, THead, Tr } from '../../components/table.tsx';
import { TextField } from '../../components/text-field.tsx';
import { useRequest } from '../../lib/resource.ts';

type WhatItTakesProps = {
  weighing: Weighing;
  approvers: readonly string[];
  typed: string;
  second: SecondPerson;
  error: ErrorDto | null;
  onTyped: (typed: string) => void;
  onSecond: (second: SecondPerson) => void;
};

/** What was asked for beside what was found, and what the decision takes beyond a reason. */
export function WhatItTakes(props: WhatItTakesProps): ReactNode {
  const { weighing, approvers, typed, second, error, onTyped, onSecond } = props;
  const { comparison, notes, word, becomes } = weighing;
  const at = (field: string): string | null => (error?.field === field ? error.message : null);
  return (
    <>
      {notes.length > 0 && (
        <Banner tone="warning" title="Look at this first">
          {notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
        </Banner>
      )}
      {comparison.length > 0 && (
        <Table label="What was asked for and what was found">
          <THead>
            <Th>Term</Th>
            <Th>Asked for</Th>
            <Th>Found</Th>
          </THead>
          <tbody>
            {comparison.map(({ term, asked, found, differs }) => (
              <Tr key={term}>
                <Td>{term}</Td>
                <Td>{asked}</Td>
                <Td>{differs ? <strong>{found}, differs</strong> : found}</Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
      {becomes === 'cleared' && comparison.length > 0 && (
        <Banner tone="info" title="It settles as not carried out">
          Bitpro’s own state of the transaction says so.
        </Banner>
      )}
      {word !== null && (
        <TextField
          label="Type to confirm"
          hint={`Type ${word} to settle it so.`}
          maxLength={40}
          value={typed}
          error={at('typed')}
          onChange={(event) => onTyped(event.target.value)}
        />
      )}
      {weighing.second &&
        (approvers.length === 0 ? (
          <Banner
            tone="warning"
            title="Nobody here can agree to this"
            actions={<ButtonLink href="/settings">Settings</ButtonLink>}
          >
            A second person has to agree. Add an approver first.
          </Banner>
        ) : (
          <SecondPersonFields
            names={approvers}
            value={second}
            error={at('passphrase')}
            onChange={onSecond}
          />
        ))}
    </>
  );
}

/** Names of who may agree: not the operator. */
export function useOtherApprovers(): readonly string[] {
  const approvers = useRequest('approvers.list', {}, ['guards.changed']).value ?? [];
  return approvers.filter(({ isOperator }) => !isOperator).map(({ name }) => name);
}

export function agreementTo(
  names: readonly string[],
  second: SecondPerson,
): { second?: SecondPerson } {
  if (names.length === 0) return {};
  return { second: { ...second, approver: chosenFrom(names, second) } };
}
