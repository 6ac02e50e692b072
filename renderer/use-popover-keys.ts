import type { Dispatch, RefObject } from 'react';
import { flushSync } from 'react-dom';
import { isGuarded } from '../shared/guard.ts';
import { assertNever } from '../shared/result.ts';
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import type { Commands } from './commands.ts';
import type { KeyIntent } from './keyboard.ts';
import type { Page } from './pages.ts';
import { activeRow, type PopoverAction, type PopoverState } from './popover-state.ts';
import type { RowActionKind } from './row-actions.ts';
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
  readonly onPage: (page: Page) => void;
  readonly onBack: () => void;
  readonly onRowAction: (name: string, action: RowActionKind) => void;
  readonly onRowMenu: (name: string) => void;
}

/** Performs the actions of keys. */
export function usePopoverKeys(targets: KeyTargets): void {
  const { platform, commands, services, list, state, dispatch, field } = targets;
  const { pages, filterIsOpen, onlyTrouble } = state;
  const active = activeRow(list.rowNames, state.activeName);

  /** The field must exist before the key that opened it takes effect. */
  const focusField = (): void => {
    flushSync(() => dispatch({ kind: 'open-filter' }));
    field.current?.focus();
  };
  const toggle = (name: string): void => {
    const service = services.find((one) => one.name === name);
    if (service === undefined) return;
    const isOn = service.desired === 'on';
    if (!isOn && isGuarded(service)) dispatch({ kind: 'confirm', name });
    else void commands.setDesired(name, isOn ? 'off' : 'on');
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
      case 'row-action':
        targets.onRowAction(intent.name, intent.action);
        return;
      case 'row-menu':
        targets.onRowMenu(intent.name);
        return;
      case 'open-filter':
      case 'type-into-filter':
        focusField();
        return;
      case 'close-filter':
        if (active !== null) rowElement(active)?.focus();
        dispatch({ kind: 'close-filter' });
        return;
      case 'show-all':
        dispatch({ kind: 'only-trouble', only: false });
        return;
      case 'back':
        targets.onBack();
        return;
      case 'settings':
        if (pages.at(-1)?.kind === 'settings') targets.onBack();
        else targets.onPage({ kind: 'settings' });
        return;
      case 'add':
        targets.onPage({ kind: 'form', name: null });
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
      page: pages.at(-1)?.kind ?? 'list',
      focus,
      filterIsOpen,
      onlyTrouble,
      menuIsOpen: state.menu !== null,
      rowNames: list.rowNames,
      activeName: focus === 'filter' || state.activeName !== null ? active : null,
      hasSelection: (getSelection()?.toString() ?? '') !== '',
    }),
    perform,
  );
}

const rowElement = (name: string): HTMLElement | null => document.getElementById(rowId(name));

/** Enter clicks the remedy's button, or else the address, so that the keyboard and the pointer behave the same. */
function clickMainControl(name: string): void {
  const row = rowElement(name);
  const control = row?.querySelector<HTMLElement>('.button') ?? row?.querySelector<HTMLElement>('.address');
  control?.click();
}
