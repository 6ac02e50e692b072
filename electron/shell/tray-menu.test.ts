import { describe, expect, test } from 'vitest';
import { describeCause } from '../../shared/failure.ts';
import type { Settings } from '../../shared/ipc-contract.ts';
import type { ServiceSnapshot, Snapshot } from '../../shared/service-snapshot.ts';
import { plainSettings } from './testing/settings.ts';
import { aService, aSnapshot, failedService, offService } from './testing/snapshots.ts';
import { stateInWords, trayMenuRows, type MenuAction, type MenuRow } from './tray-menu.ts';

function asText(rows: readonly MenuRow[]): readonly string[] {
  return rows.map((row) => {
    switch (row.kind) {
      case 'separator':
        return '---';
      case 'note':
        return `(${row.label})`;
      case 'command':
        return row.enabled ? row.label : `(${row.label})`;
      case 'checkbox':
        return `[${row.checked ? 'x' : ' '}] ${row.label}`;
    }
  });
}
const textOf = (snapshot: Snapshot, change: Partial<Settings> = {}): readonly string[] =>
  asText(trayMenuRows({ snapshot, settings: { ...plainSettings, ...change } }));

test('an open prompt is at the top, and opens the popover', () => {
  const prompt = {
    id: '1',
    services: ['a'],
    asker: 'bastion',
    words: 'Password:',
    isRepeated: false,
    since: 0,
  };
  const snapshot = { ...aSnapshot(aService('a')), prompts: [{ ...prompt, kind: 'password' } as const] };
  const rows = trayMenuRows({ snapshot, settings: plainSettings });
  expect(rows[1]).toEqual({
    kind: 'command',
    label: 'bastion asks for a password…',
    enabled: true,
    action: { kind: 'open-popover' },
  });
});

test('a reverse forward that is up shows its address on the server', () => {
  const service = { ...aService('hook'), localPort: 0, remoteAddress: 'bastion:8080' };
  expect(stateInWords(service)).toBe('bastion:8080');
});

test('every forward is a checkbox with its state in words, the commands below', () => {
  const menu = textOf(aSnapshot(aService('postgres'), failedService('redis'), offService('kafka')));
  expect(menu).toEqual([
    'Show LocalPort',
    '---',
    '[x] postgres — localhost:5432',
    '[x] redis — Signed out of prod',
    '[ ] kafka — off',
    '---',
    'Start All',
    'Stop All',
    '---',
    'Pause All for 1 Hour',
    'Pause All Until Tomorrow',
    '---',
    'Open Config',
    'Reload Config',
    'Copy Diagnostics',
    '[ ] Open at Login',
    '---',
    'Quit LocalPort',
  ]);
});

test('200 forwards are shown as groups, plus those that need attention', () => {
  const many = Array.from({ length: 200 }, (_, index) =>
    aService(`s${index}`, index < 150 ? { tags: ['web'] } : {}),
  );
  const services = many.map((service, index) =>
    index === 3 ? failedService('s3') : index > 190 ? offService(service.name) : service,
  );
  const rows = trayMenuRows({ snapshot: aSnapshot(...services), settings: plainSettings });
  expect(asText(rows).slice(2, 7)).toEqual([
    '[x] s3 — Signed out of prod',
    '---',
    '[x] web — 149 of 149 up',
    '[x] Other — 41 of 42 up',
    '---',
  ]);
  const group = rows[4];
  expect(group?.kind === 'checkbox' && group.action.kind === 'set-group' && group.action.names.length).toBe(
    149,
  );
});

test('resuming turns on only paused forwards', () => {
  const paused = { ...offService('a'), offUntil: 1_000 };
  const rows = trayMenuRows({ snapshot: aSnapshot(paused, offService('b')), settings: plainSettings });
  expect(asText(rows).slice(8, 12)).toEqual([
    '(Pause All for 1 Hour)',
    '(Pause All Until Tomorrow)',
    'Resume',
    '---',
  ]);
  expect(rows[10]).toMatchObject({ action: { kind: 'set-group', names: ['a'], desired: 'on' } });
});

test('if more forwards are in trouble than fit, an item opens the popover', () => {
  const services = Array.from({ length: 30 }, (_, index) => failedService(`s${index}`));
  expect(textOf(aSnapshot(...services))).toContain('22 more need attention…');
});

test('guarded forwards are not turned on from the menu', () => {
  const guarded = { ...offService('orders'), guard: 'confirm' as const };
  const actions = trayMenuRows({ snapshot: aSnapshot(guarded, offService('a')), settings: plainSettings })
    .filter((row) => 'label' in row && ['orders — off', 'Start All'].includes(row.label))
    .map((row) => ('action' in row ? row.action : null));
  expect(actions).toEqual([{ kind: 'open-popover' }, { kind: 'set-group', names: ['a'], desired: 'on' }]);
});

test('items without an effect are disabled', () => {
  expect(textOf(aSnapshot(aService('a')))).toContain('(Start All)');
  expect(textOf(aSnapshot(offService('a')))).toContain('(Stop All)');
  expect(textOf(aSnapshot())).toEqual(
    expect.arrayContaining(['(No forwards configured)', '(Start All)', '(Stop All)']),
  );
});

test('a broken config is noted above the item that opens it', () => {
  const snapshot = aSnapshot(aService('a'));
  const config = { ...snapshot.config, status: 'broken' as const };
  const menu = textOf({ ...snapshot, config });
  expect(menu[menu.indexOf('Open Config') - 1]).toBe(
    '(The config has errors: the previous one is still in effect)',
  );
  expect(textOf({ ...aSnapshot(), config })).toContain('(The config has errors: nothing is running)');
});

describe('opening at login', () => {
  test('is checked if the system opens it', () => {
    expect(textOf(aSnapshot(), { openAtLogin: true, loginItemStatus: 'enabled' })).toContain(
      '[x] Open at Login',
    );
  });

  test('says where to allow it if the system requires approval', () => {
    expect(textOf(aSnapshot(), { openAtLogin: true, loginItemStatus: 'requires-approval' })).toContain(
      '[x] Open at Login (allow it in System Settings)',
    );
  });

  test('is omitted if it is not supported', () => {
    expect(textOf(aSnapshot(), { loginItemStatus: 'unavailable' }).join()).not.toContain('Login');
  });
});

test('choosing a forward toggles whether it is turned on', () => {
  const actions = trayMenuRows({
    snapshot: aSnapshot(aService('a'), offService('b')),
    settings: plainSettings,
  }).flatMap((row) => (row.kind === 'checkbox' ? [row.action] : []));
  expect(actions).toEqual<MenuAction[]>([
    { kind: 'set-desired', name: 'a', desired: 'off' },
    { kind: 'set-desired', name: 'b', desired: 'on' },
    { kind: 'open-at-login', open: true },
  ]);
});

test.each<[string, Partial<ServiceSnapshot>]>([
  ['off', { phase: 'off' }],
  ['stopping', { phase: 'stopping' }],
  ['connecting', { phase: 'connecting' }],
  ['localhost:5432', { phase: 'up' }],
  ['localhost:5432, ready', { phase: 'up', health: 'ready' }],
  ['localhost:5432, on demand', { phase: 'idle', health: 'unknown' }],
  ['no answer', { phase: 'up', health: 'unhealthy' }],
  [
    'bastion cannot be reached',
    { phase: 'retrying', cause: describeCause('host-unreachable', { host: 'bastion' }) },
  ],
  ['retrying', { phase: 'retrying' }],
  ['checking', { phase: 'up', health: 'unknown' }],
  ['Waiting for the network', { phase: 'waiting', cause: describeCause('network-down') }],
  ['kubectl was not found', { phase: 'failed', cause: describeCause('binary-missing', { what: 'kubectl' }) }],
])('a state reads "%s"', (words, change) => {
  expect(stateInWords(aService('a', change))).toBe(words);
});

test('times and counters do not change the menu', () => {
  const ticking = { since: 5, checkMs: 9, connections: 3, bytesIn: 7, bytesOut: 8, held: 1, restarts: 2 };
  expect(textOf(aSnapshot(aService('a', ticking)))).toEqual(textOf(aSnapshot(aService('a'))));
});

test('a forward in trouble has the same label in every retry phase', () => {
  const cause = describeCause('target-refused', { host: 'db' });
  const phases: readonly Partial<ServiceSnapshot>[] = [
    { phase: 'up', health: 'unhealthy' },
    { phase: 'retrying' },
    { phase: 'connecting' },
    { phase: 'up' },
    { phase: 'waiting' },
  ];
  const words = phases.map((facts) =>
    stateInWords(aService('a', { health: 'unknown', cause, attempt: 3, ...facts })),
  );
  expect(new Set(words)).toEqual(new Set(['The tunnel is up, but db refused the connection']));
});

test('there is an update item if this copy updates itself', () => {
  const updates = { automatic: true, label: 'Restart to Update to 1.1.0…', enabled: true };
  const menu = textOf(aSnapshot(aService('a')), { updates });
  expect(menu.slice(-4)).toEqual([
    '[ ] Open at Login',
    'Restart to Update to 1.1.0…',
    '---',
    'Quit LocalPort',
  ]);
});
