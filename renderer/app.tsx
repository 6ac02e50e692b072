import { useReducer, type ReactElement } from 'react';
import type { PopoverBridge } from '../shared/ipc-contract.ts';
import { CommandsContext, type Commands } from './commands.ts';
import { Popover } from './popover.tsx';
import { initialState, reducePopover } from './popover-state.ts';
import { useSnapshot } from './use-snapshot.ts';

interface AppProps {
  readonly bridge: PopoverBridge;
  readonly commands: Commands;
}

/** Draws nothing before the first snapshot: a popover that opens empty and then jumps is worse than one frame later. */
export function App({ bridge, commands }: AppProps): ReactElement | null {
  const current = useSnapshot(bridge);
  const [state, dispatch] = useReducer(reducePopover, initialState);
  if (current === null) return null;
  return (
    <CommandsContext value={commands}>
      <Popover bridge={bridge} commands={commands} current={current} state={state} dispatch={dispatch} />
    </CommandsContext>
  );
}
