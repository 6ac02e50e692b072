import { useEffect, useRef, useState, type Dispatch } from 'react';
import { causeActionOf } from '../shared/cause-action.ts';
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
    const name = wanted?.names[0];
    if (wanted === null || name === undefined || shown.current === wanted) return;
    shown.current = wanted;
    dispatch({ kind: 'reveal', name });
    requestAnimationFrame(() => document.getElementById(rowId(name))?.focus());
    const cause = services.find((service) => service.name === name)?.cause ?? null;
    const action = cause === null ? null : causeActionOf(cause);
    // The cause may have changed in the meantime; the row then shows the new one.
    if (action?.label === wanted.action) void commands.remedy(action, wanted.names);
  }, [wanted, services, commands, dispatch]);
}
