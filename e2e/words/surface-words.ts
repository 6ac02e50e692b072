/** The words of menus, settings, and questions of the app, each line once. */
import { createElement } from 'react';
import { LinkHandler } from '../../electron/shell/link-handler.ts';
import { plainSettings } from '../../electron/shell/testing/settings.ts';
import { trayMenuRows } from '../../electron/shell/tray-menu.ts';
import { updateLabel, type UpdateState } from '../../electron/shell/update-machine.ts';
import { guardQuestion } from '../../shared/guard.ts';
import type { Settings } from '../../shared/ipc-contract.ts';
import type { ServiceSnapshot, Snapshot } from '../../shared/service-snapshot.ts';
import { AppMenu } from '../../renderer/app-menu.tsx';
import { environmentNote } from '../../renderer/environment-choice.tsx';
import { SettingsPage } from '../../renderer/pages/settings-page.tsx';
import { rowActionsOf } from '../../renderer/row-actions.ts';
import { createFakeBridge } from '../../renderer/testing/fake-bridge.ts';
import {
  connecting,
  retrying,
  sampleNow,
  service,
  snapshotOf,
  up,
} from '../../renderer/testing/service-samples.ts';
import { renderedText } from './rendered-text.ts';

const eachOnce = (lines: readonly string[]): readonly string[] =>
  [...new Set(lines)].map((line) => `  ${line}`);

const off = service('off');
const paused = service('paused', { offUntil: sampleNow + 7_200_000 });
const trouble = retrying('trouble', ['connection-refused'], { exhausted: true });
const guarded = service('orders', { guard: 'confirm', tags: ['database'] });
const production = service('ledger', { tags: ['production'] });
const many = Array.from({ length: 30 }, (_, index) => ({
  ...trouble,
  name: `db-${index}`,
  tags: index < 9 ? [] : ['db'],
}));

const prompt: Snapshot['prompts'][number] = {
  ...{ id: '1', services: ['db'], asker: 'bastion', words: '' },
  ...{ kind: 'password', isRepeated: false, since: 0 },
};

const updates = (label: string): Partial<Settings> => ({
  updates: { automatic: true, label, enabled: true },
});

export function trayMenu(): readonly string[] {
  const idle = snapshotOf([up('up'), off, paused, connecting('connecting'), trouble]);
  const menus: readonly (readonly [Snapshot, Partial<Settings>?])[] = [
    [{ ...idle, prompts: [prompt] }],
    [snapshotOf([]), { loginItemStatus: 'requires-approval' }],
    [snapshotOf(many)],
    [snapshotOf([], { status: 'untrusted' })],
    [snapshotOf([], { status: 'broken' })],
    [snapshotOf([off], { status: 'broken' })],
    [snapshotOf([off], { status: 'partial' })],
    ...updateStates.map((state) => [idle, updates(updateLabel(state)?.label ?? '')] as const),
  ];
  const rows = menus.flatMap(([snapshot, change]) =>
    trayMenuRows({ snapshot, settings: { ...plainSettings, ...change } }),
  );
  return eachOnce(rows.flatMap((row) => (row.kind === 'separator' ? [] : [row.label])));
}

const version = '2.0.0';
const updateStates: readonly UpdateState[] = [
  { kind: 'idle' },
  { kind: 'checking', asked: false },
  { kind: 'fetching', version, asked: false },
  { kind: 'ready', version },
  { kind: 'installing', version },
];

export const appMenu = (): readonly string[] =>
  eachOnce(
    renderedText(
      createElement(AppMenu, {
        ...{ platform: 'darwin', services: [paused], place: { x: 0, y: 0 } },
        ...{ onPage: () => undefined, onClose: () => undefined },
      }),
    ),
  );

export const rowMenu = (): readonly string[] =>
  eachOnce(
    [up('db', { scheme: 'postgresql', otherContext: 'staging' }), up('web', { scheme: 'http' }), off].flatMap(
      (one) => rowActionsOf(one).map(({ label }) => label),
    ),
  );

/** `show`: makes the page show these settings. */
export function settingsPage(show: (settings: Settings) => void): readonly string[] {
  const changes: readonly Partial<Settings>[] = [
    { ...updates('Check for Updates…'), bringsCommand: true, shortcut: 'Command+Shift+L' },
    { loginItemStatus: 'requires-approval' },
    { loginItemStatus: 'misplaced' },
    { loginItemStatus: 'unavailable' },
    { notificationsRefused: true, shortcutRefused: true },
  ];
  const pages = changes.flatMap((change) => {
    const settings = { ...plainSettings, ...change };
    show(settings);
    const snapshot = snapshotOf([]);
    const bridge = createFakeBridge({ snapshot, settings, platform: 'darwin' });
    const page = { bridge, snapshot, now: sampleNow, onPage: () => undefined };
    return renderedText(createElement(SettingsPage, page));
  });
  const shell = { shell: '/bin/zsh' };
  return eachOnce([
    ...pages,
    environmentNote({ ...shell, capturedAt: null }, sampleNow),
    environmentNote({ ...shell, capturedAt: sampleNow - 3_600_000 }, sampleNow),
  ]);
}

export const guards = (): readonly string[] =>
  [guarded, production].map((one) => {
    const { title, label, text, accept } = guardQuestion(one);
    return `  ${title} | ${text} [${accept}] | in its row: ${label}`;
  });

export function links(): readonly string[] {
  const services: readonly ServiceSnapshot[] = [
    up('up', { tags: ['on'] }),
    { ...off, tags: ['database'] },
    guarded,
    production,
    ...many.map(({ name }) => ({ ...off, name, tags: ['many'] })),
  ];
  const asked = (link: string, isAccepted = false): string => {
    const handler = new LinkHandler({
      host: { snapshot: () => ({ services }), setDesired: () => Promise.resolve() },
      log: { info: () => undefined, warn: () => undefined },
      openPopover: () => undefined,
      onChange: () => undefined,
    });
    handler.receive(link);
    if (isAccepted) handler.answer(handler.card?.id ?? '', true);
    const { title, text, accept } = handler.card ?? { title: '', text: '', accept: null };
    return `${title} | ${text} [${accept ?? 'OK'}]`;
  };
  const told = [
    'on/off',
    'off/up',
    'on/tag/database',
    'on/tag/many',
    'on/up',
    'off/tag/database',
    'on/tag/production',
    'on/nobody',
    'on/tag/nobody',
    'format/disk',
    'on',
    'on/%ff',
    `on/${'x'.repeat(3_000)}`,
  ].map((link) => asked(`localport://${link}`));
  return eachOnce([...told, asked('localport://on/orders', true)]);
}
