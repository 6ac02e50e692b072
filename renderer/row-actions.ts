/** The actions for one service, in menu order, with their keyboard shortcuts. Pure. */
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { serviceUrl } from '../shared/service-url.ts';

export type RowActionKind =
  | 'copy-address'
  | 'copy-url'
  | 'open'
  | 'restart'
  | 'use-context'
  | 'turn-off-2h'
  | 'details'
  | 'log'
  | 'edit'
  | 'show-in-config'
  | 'remove';

/** Either no modifier or the platform's own: Command on a Mac, Control elsewhere. */
export interface Shortcut {
  readonly key: string;
  readonly command: boolean;
  readonly shift: boolean;
}

export interface RowAction {
  readonly kind: RowActionKind;
  readonly label: string;
  readonly shortcut: Shortcut | null;
  /** A separator line above the item. */
  readonly startsPart: boolean;
}

const command = (key: string): Shortcut => ({ key, command: true, shift: false });
const plain = (key: string): Shortcut => ({ key, command: false, shift: false });

/** The shortcuts for a row, whatever its menu offers right now. */
export const rowShortcuts: Readonly<Partial<Record<RowActionKind, Shortcut>>> = {
  'copy-address': command('c'),
  open: command('Enter'),
  restart: { key: 'r', command: true, shift: true },
  details: plain('ArrowRight'),
  log: command('l'),
  edit: command('e'),
  remove: plain('Backspace'),
};

type ActionFacts = Pick<
  ServiceSnapshot,
  'desired' | 'localPort' | 'bind' | 'localSocket' | 'remoteAddress' | 'scheme' | 'otherContext'
>;

/** `isWelcome`: the config is the embedded one, so there is no file with an entry. */
export function rowActionsOf(service: ActionFacts, isWelcome = false): readonly RowAction[] {
  const action = (kind: RowActionKind, label: string, startsPart = false): RowAction => ({
    kind,
    label,
    shortcut: rowShortcuts[kind] ?? null,
    startsPart,
  });
  const url = serviceUrl(service);
  const isWeb = url?.startsWith('http') === true;
  return [
    ...(service.remoteAddress === undefined ? [action('copy-address', 'Copy Address')] : []),
    ...(url === null
      ? []
      : [
          action('copy-url', isWeb ? 'Copy URL' : 'Copy Connection String'),
          action('open', isWeb ? 'Open in Browser' : 'Open in Database App'),
        ]),
    ...(service.desired === 'on'
      ? [action('restart', 'Restart', true), action('turn-off-2h', 'Turn Off for 2 Hours')]
      : []),
    ...(service.desired === 'on' && service.otherContext !== undefined
      ? [action('use-context', `Use ${service.otherContext}`)]
      : []),
    action('details', 'Show Details', service.desired === 'off'),
    action('log', 'Show Log'),
    ...(isWelcome
      ? []
      : [
          action('edit', 'Edit…', true),
          action('show-in-config', 'Show in Config'),
          action('remove', 'Remove'),
        ]),
  ];
}

const keyNames: Readonly<Record<string, string>> = {
  Enter: '↩',
  ArrowRight: '→',
  Backspace: '⌫',
};

/** `⇧⌘R` on a Mac, `Ctrl+Shift+R` elsewhere. */
export function shortcutText({ key, command: withCommand, shift }: Shortcut, platform: string): string {
  const name = keyNames[key] ?? key.toUpperCase();
  if (platform === 'darwin') return `${shift ? '⇧' : ''}${withCommand ? '⌘' : ''}${name}`;
  return [...(withCommand ? ['Ctrl'] : []), ...(shift ? ['Shift'] : []), name].join('+');
}
