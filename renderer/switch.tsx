import type { ReactElement } from 'react';

interface SwitchProps {
  readonly label: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  readonly disabled?: boolean;
  /** In rows, Tab reaches only the controls of the active one. */
  readonly tabIndex?: 0 | -1;
}

export function Switch({ label, on, onChange, disabled = false, tabIndex = 0 }: SwitchProps): ReactElement {
  return (
    <button
      type="button"
      role="switch"
      className="switch"
      aria-checked={on}
      aria-label={label}
      disabled={disabled}
      tabIndex={tabIndex}
      onClick={() => onChange(!on)}
    >
      <span className="switch-knob" />
    </button>
  );
}
