/** The native menu as plain rows with labels and actions. `tray.ts` converts them to Electron's menu. */
import { promptTitle } from '../../shared/prompt-words.ts';
import { pausedNames } from '../../shared/off-until.ts';
import { clientAddress } from '../../shared/bind-address.ts';
import { isGuarded, withoutGuarded } from '../../shared/guard.ts';
import { assertNever } from '../../shared/result.ts';
import type { Settings } from '../../shared/ipc-contract.ts';
import type { Desired, ServiceSnapshot, Snapshot } from '../../shared/service-snapshot.ts';
import { countServices, toneOf, upOfWanted } from '../../shared/service-tone.ts';

export type MenuAction =
  | { readonly kind: 'set-desired'; readonly name: string; readonly desired: Desired }
  | { readonly kind: 'set-group'; readonly names: readonly string[]; readonly desired: Desired }
  /** Turns off all services that are on, and turns them on again after that time. */
  | { readonly kind: 'pause-all'; readonly for: 'hour' | 'day' }
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
      : serviceRows(services)),
    separator,
    command('Start All', groupAction(services, 'on'), anyOff),
    command('Stop All', groupAction(services, 'off'), anyOn),
    separator,
    command('Pause All for 1 Hour', { kind: 'pause-all', for: 'hour' }, anyOn),
    command('Pause All Until Tomorrow', { kind: 'pause-all', for: 'day' }, anyOn),
    ...resumeRow(services),
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

/** With more services, the menu shows those in trouble and the groups, to limit its height. */
const maxServiceRows = 20;
const maxTroubleRows = 8;
const untagged = 'Other';

function serviceRows(services: readonly ServiceSnapshot[]): readonly MenuRow[] {
  if (services.length <= maxServiceRows) return services.map(serviceRow);
  const troubled = services.filter((service) => toneOf(service) === 'trouble');
  const more = troubled.length - maxTroubleRows;
  const groups = new Map<string, ServiceSnapshot[]>();
  for (const service of services) {
    const title = service.tags[0] ?? untagged;
    groups.set(title, [...(groups.get(title) ?? []), service]);
  }
  return [
    ...troubled.slice(0, maxTroubleRows).map(serviceRow),
    ...(more > 0 ? [command(`${more} more need attention…`, { kind: 'open-popover' })] : []),
    ...(troubled.length > 0 ? [separator] : []),
    ...[...groups].map(([title, members]) => groupRow(title, members)),
  ];
}

function groupRow(title: string, members: readonly ServiceSnapshot[]): MenuRow {
  const counts = countServices(members);
  const isOn = counts.wanted > 0;
  const state = isOn ? upOfWanted({ ...counts, checking: 0 }) : 'off';
  return {
    kind: 'checkbox',
    label: `${title} — ${state}`,
    checked: isOn,
    action: groupAction(members, isOn ? 'off' : 'on'),
  };
}

/** Ends pauses early. This includes guarded services, which would also come back at the end of the pause. */
function resumeRow(services: readonly ServiceSnapshot[]): readonly MenuRow[] {
  const names = pausedNames(services);
  return names.length === 0 ? [] : [command('Resume', { kind: 'set-group', names, desired: 'on' })];
}

/** Leaves out guarded services, which are turned on one at a time. */
const groupAction = (services: readonly ServiceSnapshot[], desired: Desired): MenuAction => ({
  kind: 'set-group',
  names: (desired === 'on' ? withoutGuarded(services) : services).map(({ name }) => name),
  desired,
});

function serviceRow(service: ServiceSnapshot): MenuRow {
  const isOn = service.desired === 'on';
  return {
    kind: 'checkbox',
    label: `${service.name} — ${stateInWords(service)}`,
    checked: isOn,
    action:
      !isOn && isGuarded(service)
        ? { kind: 'open-popover' }
        : { kind: 'set-desired', name: service.name, desired: isOn ? 'off' : 'on' },
  };
}

/**
 * A label that changes only with the state: no times, no counters, and one cause for as long as a service is in trouble, so
 * that the menu is rarely rebuilt.
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
    case 'idle':
      return `${clientAddress(service)}, on demand`;
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
      return clientAddress(service);
    case 'ready':
      return `${clientAddress(service)}, ready`;
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
