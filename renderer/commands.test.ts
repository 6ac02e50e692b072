import { describe, expect, it } from 'vitest';
import { createCommands, type Commands } from './commands.ts';
import { createFakeBridge, type Invocation } from './testing/fake-bridge.ts';
import { usualSettings } from './testing/scenarios.ts';
import { snapshotOf } from './testing/service-samples.ts';

const fakeBridge = () =>
  createFakeBridge({ snapshot: snapshotOf([]), settings: usualSettings, platform: 'linux' });

const asked = async (act: (commands: Commands) => Promise<boolean>): Promise<readonly Invocation[]> => {
  const bridge = fakeBridge();
  expect(await act(createCommands(bridge))).toBe(true);
  return bridge.invocations;
};

describe('commands', () => {
  it('switch a group by its tag if the tag names exactly its services', async () => {
    const group = { tag: 'web', names: ['a', 'b'] };
    expect(await asked(({ setGroupDesired }) => setGroupDesired(group, 'off'))).toEqual([
      { channel: 'services:set-desired', request: { tag: 'web', desired: 'off' } },
    ]);
  });

  it('turn a service off for a set time', async () => {
    const until = (): number => 1_000;
    expect(await asked(({ turnOffUntil }) => turnOffUntil('a', until))).toEqual([
      { channel: 'service:set-desired', request: { name: 'a', desired: 'off', until: 1_000 } },
    ]);
    expect(await asked(({ pauseAll }) => pauseAll(until))).toEqual([
      { channel: 'services:set-desired', request: { tag: null, desired: 'off', until: 1_000 } },
    ]);
  });

  it('switch services one by one if the group has no tag of its own', async () => {
    const group = { tag: null, names: ['a', 'b'] };
    expect(await asked(({ setGroupDesired }) => setGroupDesired(group, 'on'))).toEqual([
      { channel: 'service:set-desired', request: { name: 'a', desired: 'on' } },
      { channel: 'service:set-desired', request: { name: 'b', desired: 'on' } },
    ]);
  });

  it.each([
    [
      { kind: 'copy-command', label: 'Copy', command: 'ssh-add' } as const,
      [{ channel: 'clipboard:copy', request: { text: 'ssh-add' } }],
    ],
    [
      { kind: 'open-config', label: 'Open' } as const,
      [{ channel: 'config:open', request: { service: 'a' } }],
    ],
    [
      { kind: 'retry', label: 'Try Again' } as const,
      [{ channel: 'services:retry', request: { names: ['a', 'b'] } }],
    ],
    [
      { kind: 'log-in', label: 'Enter Password…', command: 'x', replacesStored: true } as const,
      [{ channel: 'services:log-in', request: { names: ['a', 'b'] } }],
    ],
    [
      { kind: 'open-install-page', label: 'Install kubectl…', program: 'kubectl' } as const,
      [{ channel: 'install-page:open', request: { program: 'kubectl' } }],
    ],
    [
      { kind: 'open-log', label: 'Show Log' } as const,
      ['a', 'b'].map((name) => ({ channel: 'service:open-log', request: { name } })),
    ],
  ])('perform the remedy %j for all services that it applies to', async (action, expected) => {
    expect(await asked(({ remedy }) => remedy(action, ['a', 'b']))).toEqual(expected);
  });

  it('report failure instead of throwing', async () => {
    const refusing = { ...fakeBridge(), invoke: () => Promise.reject(new Error('refused')) };
    expect(await createCommands(refusing).copy('x')).toBe(false);
  });
});
