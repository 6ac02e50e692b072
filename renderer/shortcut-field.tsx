import { useState, type KeyboardEvent, type ReactElement } from 'react';
import { acceleratorOf, acceleratorText } from './shortcut-keys.ts';

interface ShortcutFieldProps {
  readonly platform: string;
  readonly shortcut: string | null;
  /** Another program is using the shortcut. */
  readonly isRefused: boolean;
  readonly onChange: (shortcut: string | null) => void;
}

/** Records the global shortcut for the popover. Escape cancels, Backspace removes the shortcut. */
export function ShortcutField(props: ShortcutFieldProps): ReactElement {
  const { platform, shortcut, isRefused, onChange } = props;
  const [isRecording, setIsRecording] = useState(false);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isRecording || event.key === 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') {
      setIsRecording(false);
      return;
    }
    const { key, code, metaKey: meta, ctrlKey: ctrl, altKey: alt, shiftKey: shift } = event;
    const accelerator =
      key === 'Backspace' ? null : acceleratorOf({ key, code, meta, ctrl, alt, shift }, platform);
    if (accelerator === null && key !== 'Backspace') return;
    setIsRecording(false);
    onChange(accelerator);
  };
  return (
    <div className="choice">
      <div>
        <p className="choice-label">Shortcut</p>
        <p className="choice-note">
          {isRefused ? 'Another app uses these keys: choose others' : 'Opens LocalPort from anywhere'}
        </p>
      </div>
      <button
        type="button"
        className="button"
        aria-label={`Shortcut: ${shortcut === null ? 'none' : acceleratorText(shortcut, platform)}`}
        onKeyDown={onKeyDown}
        onBlur={() => setIsRecording(false)}
        onClick={() => setIsRecording(true)}
      >
        {isRecording ? 'Press keys …' : shortcut === null ? 'Record…' : acceleratorText(shortcut, platform)}
      </button>
    </div>
  );
}
