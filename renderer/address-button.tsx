import type { ReactElement } from 'react';
import { useCommands } from './commands.ts';
import { FeedbackButton } from './feedback-button.tsx';

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
  return (
    <FeedbackButton
      className="address"
      label={shown}
      labelClass="address-text"
      title={`Copy ${address}`}
      isNamedByTitle
      tabIndex={tabIndex}
      act={() => copy(address)}
    />
  );
}
