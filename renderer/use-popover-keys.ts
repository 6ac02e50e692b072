import type { Dispatch, RefObject } from 'react';
import { flushSync } from 'react-dom';
import { assertNever } from '../shared/result.ts';
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import type { Commands } from './commands.ts';
import type { KeyIntent } from './keyboard.ts';
import { activeRow, type PopoverAction, type PopoverState } from './popover-state.ts';
import { rowId } from './service-row.tsx';
import type { ListView } from './service-rows.ts';
import { useKeyboard } from './use-keyboard.ts';

interface KeyTargets {
  readonly platform: string;
  readonly commands: Commands;
  readonly services: readonly ServiceSnapshot[];
  readonly list: ListView;
  readonly state: PopoverState;
  readonly dispatch: Dispatch<PopoverAction>;
  readonly field: RefObject<HTMLInputElement | null>;
}

/** Performs what the keys mean. */
export function usePopoverKeys(targets: KeyTargets): void {
  const { platform, commands, services, list, state, dispatch, field } = targets;
  const { view, filterIsOpen } = state;
  const active = activeRow(list.rowNames, state.activeName);

  /** The field must stand there before the key that opened it has done its work. */
  const focusField = (): void => {
    flushSync(() => dispatch({ kind: 'open-filter' }));
    field.current?.focus();
  };
  const toggle = (name: string): void => {
    const isOn = services.some((service) => service.name === name && service.desired === 'on');
    void commands.setDesired(name, isOn ? 'off' : 'on');
  };
  const perform = (intent: KeyIntent): void => {
    switch (intent.kind) {
      case 'move':
        rowElement(intent.name)?.focus();
        return;
      case 'toggle':
        toggle(intent.name);
        return;
      case 'activate':
        clickMainControl(intent.name);
        return;
      case 'expand':
        dispatch({ kind: 'expand', key: intent.name, expanded: intent.expanded });
        return;
      case 'open-filter':
      case 'type-into-filter':
        focusField();
        return;
      case 'close-filter':
        if (active !== null) rowElement(active)?.focus();
        dispatch({ kind: 'close-filter' });
        return;
      case 'show':
        dispatch({ kind: 'show', view: intent.view });
        return;
      case 'reload':
        void commands.reloadConfig();
        return;
      case 'open-config':
        void commands.openConfig();
        return;
      case 'quit':
        void commands.quit();
        return;
      case 'hide':
        void commands.hide();
        return;
      default:
        assertNever(intent, 'intent');
    }
  };
  useKeyboard(
    platform,
    (focus) => ({
      view,
      focus,
      filterIsOpen,
      rowNames: list.rowNames,
      activeName: focus === 'filter' || state.activeName !== null ? active : null,
    }),
    perform,
  );
}

const rowElement = (name: string): HTMLElement | null => document.getElementById(rowId(name));

/** Enter is a click on the one thing that helps, else on the address, so that both answer in the same way. */
function clickMainControl(name: string): void {
  const row = rowElement(name);
  const control = row?.querySelector<HTMLElement>('.button') ?? row?.querySelector<HTMLElement>('.address');
  control?.click();
}
