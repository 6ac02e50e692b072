import type { ReactElement, Ref } from 'react';
import { SearchIcon } from './icons.tsx';
import { gridId } from './service-list.tsx';

interface FilterFieldProps {
  readonly ref: Ref<HTMLInputElement>;
  readonly text: string;
  /** The row that Enter applies to while the field has the focus. */
  readonly activeRowId: string | null;
  readonly onChange: (text: string) => void;
  readonly onLeaveEmpty: () => void;
}

export function FilterField({
  ref,
  text,
  activeRowId,
  onChange,
  onLeaveEmpty,
}: FilterFieldProps): ReactElement {
  return (
    <div className="filter" role="search" data-measured>
      <SearchIcon />
      <input
        ref={ref}
        className="filter-input"
        role="combobox"
        aria-label="Filter"
        aria-expanded="true"
        aria-haspopup="grid"
        aria-controls={gridId}
        aria-activedescendant={activeRowId ?? undefined}
        placeholder="Filter"
        spellCheck={false}
        autoComplete="off"
        maxLength={100}
        value={text}
        onChange={(event) => onChange(event.target.value)}
        onBlur={() => {
          if (text === '') onLeaveEmpty();
        }}
      />
    </div>
  );
}
