import type { ReactNode } from 'react';
import type { SpreadsheetForm } from '#shared/domain/report.ts';
import { Checkbox } from '../../components/checkbox.tsx';
import { Select, type Choice } from '../../components/select.tsx';
import css from './reports.module.css';

const separators: readonly Choice<SpreadsheetForm['separator']>[] = [
  { value: 'semicolon', label: 'Semicolon' },
  { value: 'comma', label: 'Comma' },
  { value: 'tab', label: 'Tab' },
];
const decimals: readonly Choice<SpreadsheetForm['decimal']>[] = [
  { value: 'comma', label: 'Comma: 0,25' },
  { value: 'point', label: 'Point: 0.25' },
];
const FIRST: SpreadsheetForm = { separator: 'comma', decimal: 'point' };

type SpreadsheetChoiceProps = {
  value: SpreadsheetForm | null;
  onChange: (value: SpreadsheetForm | null) => void;
};

/** A second file that Excel and LibreOffice open as it is meant, in the signs of the reader's country. */
export function SpreadsheetChoice({ value, onChange }: SpreadsheetChoiceProps): ReactNode {
  return (
    <>
      <Checkbox
        label="Also a copy for spreadsheets"
        hint="Beside the report, with ids that stay text. Choose the signs that your spreadsheet uses."
        checked={value !== null}
        onChange={(checked) => onChange(checked ? FIRST : null)}
      />
      {value !== null && (
        <div className={css['choices']}>
          <Select
            label="Separator"
            items={separators}
            value={value.separator}
            onChange={(separator) => onChange({ ...value, separator })}
          />
          <Select
            label="Decimal sign"
            items={decimals}
            value={value.decimal}
            onChange={(decimal) => onChange({ ...value, decimal })}
          />
        </div>
      )}
    </>
  );
}
