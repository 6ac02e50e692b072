import { useId, type ReactElement, type ReactNode, type Ref } from 'react';

export interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  /** The error message. */
  readonly error?: string | null;
  /** Does not prevent saving; hidden while there is an error. */
  readonly warning?: string | null;
  /** A hint, hidden while there is an error. */
  readonly note?: string | null;
  /** Digits only: narrower, with a numeric touch keyboard. */
  readonly isNumber?: boolean;
  readonly ref?: Ref<HTMLInputElement>;
  /** The fix, shown beside the error. */
  readonly children?: ReactNode;
}

/** One line of the form: the label, the field, and any error below the field. */
export function TextField(props: TextFieldProps): ReactElement {
  const { label, value, onChange, placeholder, isNumber = false, ref } = props;
  const id = useId();
  return (
    <FieldLine {...props} id={id}>
      <input
        id={id}
        ref={ref}
        className={isNumber ? 'text-input number-input' : 'text-input'}
        aria-label={label}
        aria-invalid={typeof props.error === 'string'}
        aria-describedby={`${id}-note`}
        inputMode={isNumber ? 'numeric' : 'text'}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        maxLength={2_000}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </FieldLine>
  );
}

interface FieldLineProps extends Pick<TextFieldProps, 'label' | 'error' | 'warning' | 'note'> {
  readonly id: string;
  readonly children: ReactNode;
}

export function FieldLine({ id, label, error, warning, note, children }: FieldLineProps): ReactElement {
  const message = error ?? warning ?? null;
  return (
    <div
      className="field"
      data-severity={message === null ? undefined : message === error ? 'error' : 'warning'}
    >
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <div className="field-body">
        {children}
        <p id={`${id}-note`} className="field-note" role={message === null ? undefined : 'alert'}>
          {message ?? note}
        </p>
      </div>
    </div>
  );
}
