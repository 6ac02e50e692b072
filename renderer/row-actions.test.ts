import { describe, expect, it } from 'vitest';
import { createCommands } from './commands.ts';
import { performRowAction } from './perform-row-action.ts';
import { rowActionsOf } from './row-actions.ts';
import { createFakeBridge } from './testing/fake-bridge.ts';
import { usualSettings } from './testing/scenarios.ts';
import { service, snapshotOf, up } from './testing/service-samples.ts';

const labels = (...args: Parameters<typeof rowActionsOf>): readonly string[] =>
  rowActionsOf(...args).map(({ label }) => label);

describe('the menu of a service that is still using another context', () => {
  it('offers the current context by name while the service is on', () => {
    expect(labels(up('api', { otherContext: 'prod' }))).toContain('Use prod');
    expect(labels(service('api', { otherContext: 'prod' }))).not.toContain('Use prod');
    expect(labels(up('api')).join()).not.toMatch(/Use /);
  });

  it('sends a single request', () => {
    const snapshot = snapshotOf([up('api', { otherContext: 'prod' }), up('web')]);
    const bridge = createFakeBridge({ snapshot, settings: usualSettings, platform: 'linux' });
    const parts = {
      commands: createCommands(bridge),
      snapshot,
      onPage: () => undefined,
      onRemove: () => undefined,
    };
    performRowAction('api', 'use-context', parts);
    performRowAction('web', 'use-context', parts);
    expect(bridge.invocations).toEqual([{ channel: 'service:use-context', request: { name: 'api' } }]);
  });
});
