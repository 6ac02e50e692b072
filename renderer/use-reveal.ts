import { useEffect, useRef, useState, type Dispatch } from 'react';
import { causeActionOf, type CauseAction } from '../shared/cause-action.ts';
import type { IpcEventPayload, PopoverBridge } from '../shared/ipc-contract.ts';
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import type { Commands } from './commands.ts';
import type { PopoverAction } from './popover-state.ts';
import { rowId } from './service-row.tsx';

interface RevealParts {
  readonly bridge: PopoverBridge;
  readonly commands: Commands;
  readonly services: readonly ServiceSnapshot[];
  readonly dispatch: Dispatch<PopoverAction>;
}

/** When a notification is clicked, shows the service that it is about, and performs its button's action. */
export function useReveal({ bridge, commands, services, dispatch }: RevealParts): void {
  const [wanted, setWanted] = useState<IpcEventPayload<'popover:reveal'> | null>(null);
  const shown = useRef<typeof wanted>(null);
  useEffect(() => bridge.on('popover:reveal', setWanted), [bridge]);
  useEffect(() => {
    if (wanted === null || shown.current === wanted) return;
    shown.current = wanted;
    const { name, action, names } = revealed(wanted, services);
    if (name === undefined) return;
    dispatch({ kind: 'reveal', name });
    requestAnimationFrame(() => document.getElementById(rowId(name))?.focus());
    if (action !== null) void commands.remedy(action, names);
  }, [wanted, services, commands, dispatch]);
}

interface Revealed {
  readonly name: string | undefined;
  /** null: nothing is done; a cause may have changed in the meantime, and its row shows the new one. */
  readonly action: CauseAction | null;
  readonly names: readonly string[];
}

/** The button acts on the services that still have it. Without one of them, the first service is shown. Pure. */
export function revealed(
  wanted: IpcEventPayload<'popover:reveal'>,
  services: readonly ServiceSnapshot[],
): Revealed {
  const having = services.flatMap(({ name, cause }) => {
    const action = cause === null || !wanted.names.includes(name) ? null : causeActionOf(cause);
    return action !== null && action.label === wanted.action ? [{ name, action }] : [];
  });
  const [first] = having;
  return {
    name: first?.name ?? wanted.names[0],
    action: first?.action ?? null,
    names: having.map(({ name }) => name),
  };
}
