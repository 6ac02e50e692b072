import { useEffect, useState, type ReactElement } from 'react';
import type { EnvironmentState } from '../shared/environment-state.ts';
import type { PopoverBridge } from '../shared/ipc-contract.ts';
import { uptimeText } from './duration-text.ts';
import { RequestButton } from './request-button.tsx';

interface EnvironmentChoiceProps {
  readonly bridge: PopoverBridge;
  readonly now: number;
}

/** Shows where PATH, KUBECONFIG and the agent's socket come from, with a button to read the login shell again. */
export function EnvironmentChoice({ bridge, now }: EnvironmentChoiceProps): ReactElement {
  const [state, setState] = useState<EnvironmentState | null>(null);
  useEffect(() => {
    let isGone = false;
    bridge.invoke('environment:get', undefined).then(
      (known) => isGone || setState(known),
      (reason: unknown) => console.error('environment:get failed', reason),
    );
    return () => {
      isGone = true;
    };
  }, [bridge]);
  const refresh = async (): Promise<void> => {
    setState(await bridge.invoke('environment:refresh', undefined));
  };
  return (
    <div className="choice">
      <div>
        <p className="choice-label">Environment</p>
        <p className="choice-note">{state === null ? ' ' : environmentNote(state, now)}</p>
        <RequestButton label="Refresh" request={refresh} />
      </div>
    </div>
  );
}

export const environmentNote = ({ shell, capturedAt }: EnvironmentState, now: number): string =>
  capturedAt === null
    ? `Not read from ${shell} yet`
    : `Read from ${shell} ${uptimeText(now - capturedAt)} ago`;
