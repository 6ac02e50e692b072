import type { ReactElement } from 'react';
import { useCommands } from './commands.ts';
import { useFeedback } from './use-feedback.ts';

interface AddressButtonProps {
  readonly address: string;
  readonly tabIndex: 0 | -1;
}

/** `localhost:5432`, or the address that the service listens on; a click copies it. */
export function AddressButton({ address, tabIndex }: AddressButtonProps): ReactElement {
  const { copy } = useCommands();
  const [feedback, show] = useFeedback('Copied');
  const portAt = address.lastIndexOf(':') + 1;
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
        <span>
          <span className="address-host">{address.slice(0, portAt)}</span>
          {address.slice(portAt)}
        </span>
        <span aria-live="polite">{feedback}</span>
      </span>
    </button>
  );
}
