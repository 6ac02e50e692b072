import { useEffect, useReducer, useRef, useState, type Dispatch, type ReactElement } from 'react';
import type { CauseAction } from '../shared/cause-action.ts';
import type { PopoverBridge } from '../shared/ipc-contract.ts';
import { CommandsContext, type Commands } from './commands.ts';
import type { Page } from './pages.ts';
import { useLinkCard } from './link-question.tsx';
import { Popover } from './popover.tsx';
import { initialState, reducePopover, type PopoverAction } from './popover-state.ts';
import { useSnapshot } from './use-snapshot.ts';

interface AppProps {
  readonly bridge: PopoverBridge;
  readonly commands: Commands;
}

/** Renders nothing before the first snapshot: opening one frame later is better than opening empty and then jumping. */
export function App({ bridge, commands }: AppProps): ReactElement | null {
  const current = useSnapshot(bridge);
  const [state, dispatch] = useReducer(reducePopover, initialState);
  const isRemembered = useFolded(bridge, state.folded, dispatch);
  const [acting] = useState(() => actingInPlace(commands, dispatch));
  const link = useLinkCard(bridge);
  if (current === null || !isRemembered || link === undefined) return null;
  return (
    <CommandsContext value={acting}>
      <Popover
        bridge={bridge}
        commands={acting}
        current={current}
        link={link}
        state={state}
        dispatch={dispatch}
      />
    </CommandsContext>
  );
}

/** Remedies open inside the popover if possible: a log, a sign-in and a host key each have a page. */
const actingInPlace = (commands: Commands, dispatch: Dispatch<PopoverAction>): Commands => ({
  ...commands,
  remedy: (action, names) => {
    const page = pageFor(action, names);
    if (page === null) return commands.remedy(action, names);
    dispatch({ kind: 'push', page });
    return Promise.resolve(true);
  },
});

/** null: the remedy needs no page. */
function pageFor(action: CauseAction, names: readonly string[]): Page | null {
  const [name] = names;
  if (name === undefined) return null;
  switch (action.kind) {
    case 'open-log':
      return { kind: 'log', name };
    case 'sign-in':
      return { kind: 'sign-in', name, command: action.command };
    case 'show-output':
      return { kind: 'output', name, command: action.command, title: action.label };
    case 'trust-host-key':
      return { kind: 'host-key', name, command: action.command };
    case 'add-key':
      return { kind: 'add-key', name, command: action.command };
    case 'choose-context':
      return { kind: 'choose-context', name, others: names.slice(1) };
    case 'copy-command':
    case 'open-config':
    case 'retry':
    case 'use-free-port':
    case 'log-in':
    case 'open-install-page':
      return null;
  }
}

/** Restores and saves the collapsed groups. True once they are known: a list that collapses after it was drawn would jump. */
function useFolded(
  bridge: PopoverBridge,
  folded: ReadonlySet<string>,
  dispatch: Dispatch<PopoverAction>,
): boolean {
  const [isKnown, setIsKnown] = useState(false);
  const stored = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    bridge.invoke('view:get', undefined).then(
      (view) => {
        stored.current = new Set(view.folded);
        for (const key of view.folded) dispatch({ kind: 'fold', key, folded: true });
        setIsKnown(true);
      },
      (reason: unknown) => {
        console.error('view:get failed', reason);
        setIsKnown(true);
      },
    );
  }, [bridge, dispatch]);
  useEffect(() => {
    if (!isKnown || isSameSet(stored.current, folded)) return;
    stored.current = folded;
    void bridge.invoke('view:set', { folded: [...folded] });
  }, [bridge, isKnown, folded]);
  return isKnown;
}

const isSameSet = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && [...one].every((item) => other.has(item));
