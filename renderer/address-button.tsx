import type { ReactElement } from 'react';
import { useCommands } from './commands.ts';
import { useFeedback } from './use-feedback.ts';

interface AddressButtonProps {
  /** `localhost:5432` */
  readonly address: string;
  /** `:5432`, or the address that the service listens on. */
  readonly shown: string;
  readonly tabIndex: 0 | -1;
}

/** Copies the address when clicked. */
export function AddressButton({ address, shown, tabIndex }: AddressButtonProps): ReactElement {
  const { copy } = useCommands();
  const [feedback, show] = useFeedback('Copied');
  return (
    <button
      type="button"
      className="address"
      tabIndex={tabIndex}
      title={`Copy ${address}`}
      aria-label={`Copy ${address}`}
      onClick={() => show(copy(address))}
    >
      <span className="swap" data-swapped={feedback !== null}>
        <span className="address-text">{shown}</span>
        <span aria-live="polite">{feedback}</span>
      </span>
    </button>
  );
}
