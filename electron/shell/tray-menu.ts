/** The native menu as plain rows: what it says and what each row asks for. `tray.ts` turns them into Electron's. */
import { promptTitle } from '../../shared/prompt-words.ts';
import { clientAddress } from '../../shared/bind-address.ts';
import { assertNever } from '../../shared/result.ts';
import type { Settings } from '../../shared/ipc-contract.ts';
import type { Desired, ServiceSnapshot, Snapshot } from '../../shared/service-snapshot.ts';
import { toneOf } from '../../shared/service-tone.ts';

export type MenuAction =
  | { readonly kind: 'set-desired'; readonly name: string; readonly desired: Desired }
  | { readonly kind: 'set-all'; readonly desired: Desired }
  | { readonly kind: 'open-popover' | 'open-config' | 'reload' | 'copy-diagnostics' | 'update' | 'quit' }
  | { readonly kind: 'open-at-login'; readonly open: boolean };

export type MenuRow =
  | { readonly kind: 'separator' }
  | { readonly kind: 'note'; readonly label: string }
  | {
      readonly kind: 'command';
      readonly label: string;
      readonly enabled: boolean;
      readonly action: MenuAction;
    }
  | {
      readonly kind: 'checkbox';
      readonly label: string;
      readonly checked: boolean;
      readonly action: MenuAction;
    };

export interface MenuContext {
  readonly snapshot: Snapshot;
  readonly settings: Settings;
}

const separator: MenuRow = { kind: 'separator' };
const command = (label: string, action: MenuAction, enabled = true): MenuRow => ({
  kind: 'command',
  label,
  enabled,
  action,
});

export function trayMenuRows({ snapshot, settings }: MenuContext): readonly MenuRow[] {
  const { services } = snapshot;
  const anyOff = services.some((service) => service.desired === 'off');
  const anyOn = services.some((service) => service.desired === 'on');
  return [
    command('Show LocalPort', { kind: 'open-popover' }),
    ...snapshot.prompts.map((prompt) => command(`${promptTitle(prompt)}…`, { kind: 'open-popover' })),
    separator,
    ...(services.length === 0
      ? [{ kind: 'note', label: 'No forwards configured' } as const]
      : services.map(serviceRow)),
    separator,
    command('Start All', { kind: 'set-all', desired: 'on' }, anyOff),
    command('Stop All', { kind: 'set-all', desired: 'off' }, anyOn),
    separator,
    ...configNotes(snapshot),
    command('Open Config', { kind: 'open-config' }),
    command('Reload Config', { kind: 'reload' }),
    command('Copy Diagnostics', { kind: 'copy-diagnostics' }),
    ...loginRow(settings),
    ...updateRow(settings),
    separator,
    command('Quit LocalPort', { kind: 'quit' }),
  ];
}

function serviceRow(service: ServiceSnapshot): MenuRow {
  const isOn = service.desired === 'on';
  return {
    kind: 'checkbox',
    label: `${service.name} — ${stateInWords(service)}`,
    checked: isOn,
    action: { kind: 'set-desired', name: service.name, desired: isOn ? 'off' : 'on' },
  };
}

/**
 * Words that stay the same while the state does: no times, no counters, and one cause for as long as a service is in trouble,
 * so that the menu is seldom rebuilt.
 */
export function stateInWords(
  service: Pick<
    ServiceSnapshot,
    'phase' | 'health' | 'cause' | 'attempt' | 'localPort' | 'bind' | 'localSocket' | 'remoteAddress'
  >,
): string {
  const why = service.cause?.title;
  if (why !== undefined && toneOf(service) === 'trouble') return why;
  switch (service.phase) {
    case 'off':
      return 'off';
    case 'stopping':
      return 'stopping';
    case 'connecting':
      return 'connecting';
    case 'up':
      return tunnelInWords(service);
    case 'retrying':
      return 'retrying';
    case 'waiting':
      return why ?? 'waiting';
    case 'failed':
      return 'failed';
    default:
      return assertNever(service.phase, 'phase');
  }
}

function tunnelInWords(
  service: Pick<ServiceSnapshot, 'health' | 'localPort' | 'bind' | 'localSocket' | 'remoteAddress'>,
): string {
  switch (service.health) {
    case 'healthy':
    case 'ready':
      return clientAddress(service);
    case 'unknown':
      return 'checking';
    case 'unhealthy':
      return 'no answer';
    default:
      return assertNever(service.health, 'health');
  }
}

function configNotes({ config, services }: Snapshot): readonly MenuRow[] {
  if (config.status === 'untrusted')
    return [{ kind: 'note', label: 'The config is not trusted: review it in the popover' }];
  if (config.status !== 'broken' && config.status !== 'partial') return [];
  const whatRuns =
    config.status === 'partial'
      ? 'the other services are not affected'
      : services.length === 0
        ? 'nothing is running'
        : 'the previous one is still in effect';
  return [{ kind: 'note', label: `The config has errors: ${whatRuns}` }];
}

function loginRow({ loginItemStatus, openAtLogin }: Settings): readonly MenuRow[] {
  if (loginItemStatus === 'unavailable' || loginItemStatus === 'misplaced') return [];
  const needsApproval = loginItemStatus === 'requires-approval';
  const label = needsApproval ? 'Open at Login (allow it in System Settings)' : 'Open at Login';
  return [
    { kind: 'checkbox', label, checked: openAtLogin, action: { kind: 'open-at-login', open: !openAtLogin } },
  ];
}

const updateRow = ({ updates }: Settings): readonly MenuRow[] =>
  updates === undefined ? [] : [command(updates.label, { kind: 'update' }, updates.enabled)];
