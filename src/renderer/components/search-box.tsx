import { Search } from 'lucide-react';
import type { ReactNode } from 'react';
import css from './search-box.module.css';

type SearchBoxProps = {
  /** The accessible name; what can be found goes into the placeholder. */
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
};

/** Finds while one types; Escape clears. */
export function SearchBox({ label, placeholder, value, onChange }: SearchBoxProps): ReactNode {
  return (
    <div className={css['box']}>
      <Search size={15} aria-hidden />
      <input
        type="text"
        role="searchbox"
        aria-label={label}
        className={css['input']}
        placeholder={placeholder}
        value={value}
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || value === '') return;
          event.stopPropagation();
          onChange('');
        }}
      />
    </div>
  );
}
