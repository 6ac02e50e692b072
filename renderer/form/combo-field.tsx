import { useId, useState, type KeyboardEvent, type ReactElement } from 'react';
import { FieldLine, type TextFieldProps } from './text-field.tsx';

interface ComboFieldProps extends Omit<TextFieldProps, 'isNumber' | 'children'> {
  readonly options: readonly string[];
  /** An option was chosen from the list. */
  readonly onChoose?: (value: string) => void;
}

const maxShown = 40;

/** A free-text field with known options listed below it (ARIA Authoring Practices, "Combobox"). */
export function ComboField(props: ComboFieldProps): ReactElement {
  const { label, value, options, onChange, onChoose, placeholder, ref } = props;
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const shown = optionsFor(options, value).slice(0, maxShown);
  const isListed = isOpen && shown.length > 0;
  const choose = (option: string): void => {
    onChange(option);
    onChoose?.(option);
    setIsOpen(false);
    setAt(-1);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const chosen = shown[at];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (shown.length === 0) return;
      setIsOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setAt(isListed ? (at + step + shown.length) % shown.length : step === 1 ? 0 : shown.length - 1);
    } else if (event.key === 'Enter' && isListed && chosen !== undefined) choose(chosen);
    else if (event.key === 'Escape' && isListed) setIsOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <FieldLine {...props} id={id}>
      <div className="combo">
        <input
          id={id}
          ref={ref}
          className="text-input"
          role="combobox"
          aria-label={label}
          aria-expanded={isListed}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={isListed && at >= 0 ? `${id}-${at}` : undefined}
          aria-invalid={typeof props.error === 'string'}
          aria-describedby={`${id}-note`}
          placeholder={placeholder}
          spellCheck={false}
          autoComplete="off"
          maxLength={2_000}
          value={value}
          onChange={(event) => {
            onChange(event.target.value);
            setIsOpen(true);
            setAt(-1);
          }}
          onClick={() => setIsOpen(true)}
          onKeyDown={onKeyDown}
          onBlur={() => setIsOpen(false)}
        />
        <ul
          id={`${id}-list`}
          role="listbox"
          aria-label={`Suggestions for ${label}`}
          className="combo-list"
          hidden={!isListed}
        >
          {isListed &&
            shown.map((option, index) => (
              <li
                key={option}
                id={`${id}-${index}`}
                role="option"
                aria-selected={index === at}
                className="combo-option"
                ref={(element) => {
                  if (index === at) element?.scrollIntoView({ block: 'nearest' });
                }}
                // Keep the focus in the field.
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => choose(option)}
              >
                {option}
              </li>
            ))}
        </ul>
      </div>
    </FieldLine>
  );
}

/** All options if the text is exactly one of them: the user is probably looking for another. */
function optionsFor(options: readonly string[], typed: string): readonly string[] {
  const text = typed.trim().toLowerCase();
  if (text === '' || options.includes(typed)) return options;
  return options.filter((option) => option.toLowerCase().includes(text));
}
