import { expect, it } from 'vitest';
import { createCommands } from './commands.ts';
import type { Page } from './pages.ts';
import { performRowAction } from './perform-row-action.ts';
import { rowShortcuts, type RowActionKind } from './row-actions.ts';
import { createFakeBridge } from './testing/fake-bridge.ts';
import { usualSettings } from './testing/scenarios.ts';
import { service, snapshotOf, up } from './testing/service-samples.ts';

/** What the shortcuts of a row do: channels, pages, and what is removed. */
function doneIn(snapshot: ReturnType<typeof snapshotOf>): readonly string[] {
  const bridge = createFakeBridge({ snapshot, settings: usualSettings, platform: 'darwin' });
  const pages: Page[] = [];
  const removed: string[] = [];
  for (const action of Object.keys(rowShortcuts) as RowActionKind[])
    performRowAction('web', action, {
      snapshot,
      commands: createCommands(bridge),
      onPage: (page) => pages.push(page),
      onRemove: (name) => removed.push(name),
    });
  return [...bridge.invocations.map(({ channel }) => channel), ...pages.map(({ kind }) => kind), ...removed];
}

const web = { scheme: 'http' } as const;

it('performs every shortcut of a service that is on', () => {
  expect(doneIn(snapshotOf([up('web', web)]))).toEqual([
    'clipboard:copy',
    'service:open',
    'service:restart',
    'details',
    'log',
    'form',
    'web',
  ]);
});

it('ignores the shortcuts that the menu of the service does not offer', () => {
  expect(doneIn(snapshotOf([service('web')]))).toEqual(['clipboard:copy', 'details', 'log', 'form', 'web']);
  expect(doneIn(snapshotOf([up('web', web)], { status: 'welcome' }))).toEqual([
    'clipboard:copy',
    'service:open',
    'service:restart',
    'details',
    'log',
  ]);
});
