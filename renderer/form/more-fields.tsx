import { useId, useState, type ReactElement } from 'react';
import { ChevronIcon } from '../icons.tsx';
import { Switch } from '../switch.tsx';
import { moreFieldsOf, type FormValues, type MoreFieldName } from './draft-form.ts';
import { Segmented } from './segmented.tsx';
import { TextField } from './text-field.tsx';

interface MoreFieldsProps {
  readonly values: FormValues;
  readonly labels: Readonly<Record<MoreFieldName, string>>;
  readonly errorOf: (field: MoreFieldName) => string | null;
  readonly onChange: (field: MoreFieldName, value: string) => void;
}

/** Rarely needed fields: collapsed until the user opens them, or until one of them is set or has an error. */
export function MoreFields({ values, labels, errorOf, onChange }: MoreFieldsProps): ReactElement {
  const [wanted, setWanted] = useState<boolean | null>(null);
  const id = useId();
  const fields = moreFieldsOf(values.kind);
  const isOpen =
    fields.some((field) => errorOf(field) !== null) ||
    (wanted ?? fields.some((field) => values[field] !== ''));
  return (
    <>
      <button
        type="button"
        className="more-fields"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setWanted(!isOpen)}
      >
        <ChevronIcon />
        More
      </button>
      <div className="fields" id={id} hidden={!isOpen}>
        {isOpen &&
          fields.map((field) => (
            <MoreField
              key={field}
              field={field}
              label={labels[field]}
              value={values[field]}
              error={errorOf(field)}
              onChange={(value) => onChange(field, value)}
            />
          ))}
      </div>
    </>
  );
}

interface MoreFieldProps {
  readonly field: MoreFieldName;
  readonly label: string;
  readonly value: string;
  readonly error: string | null;
  readonly onChange: (value: string) => void;
}

const engineLabels = { '': 'LocalPort', kubectl: 'kubectl' } as const;
const placeholders = { hold: '10s', autoOff: 'never' } as const;

function MoreField({ field, label, value, error, onChange }: MoreFieldProps): ReactElement {
  switch (field) {
    case 'engine':
      return (
        <div className="field">
          <span className="field-label">{label}</span>
          <Segmented
            label={label}
            options={['', 'kubectl'] as const}
            labels={engineLabels}
            value={value === 'kubectl' ? 'kubectl' : ''}
            onChange={onChange}
          />
        </div>
      );
    case 'guard':
      return (
        <SwitchField
          label={label}
          text="Ask before turning on"
          on={value !== ''}
          onChange={(on) => onChange(on ? 'confirm' : '')}
        />
      );
    case 'onDemand':
      return (
        <SwitchField
          label={label}
          text="Connect only while in use"
          on={value !== ''}
          onChange={(on) => onChange(on ? 'true' : '')}
        />
      );
    case 'hold':
    case 'autoOff':
      return (
        <TextField
          label={label}
          value={value}
          placeholder={placeholders[field]}
          error={error}
          onChange={onChange}
        />
      );
  }
}

interface SwitchFieldProps {
  readonly label: string;
  readonly text: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
}

function SwitchField({ label, text, on, onChange }: SwitchFieldProps): ReactElement {
  return (
    <div className="field">
      <span className="field-label">{label}</span>
      <span className="field-switch">
        <Switch label={text} on={on} onChange={onChange} />
        <span>{text}</span>
      </span>
    </div>
  );
}
