import { expect, it } from 'vitest';
import type { ExposedBridge } from '../shared/ipc-contract.ts';
import { bridgeOf } from './bridge.ts';

it('passes events on as they were sent, including those without a payload, until unsubscribed', () => {
  const listeners = new Map<string, (json: string) => void>();
  const exposed = {
    platform: 'linux',
    invoke: () => Promise.reject(new Error('not asked')),
    onJson: (channel: string, listener: (json: string) => void) => {
      listeners.set(channel, listener);
      return () => listeners.delete(channel);
    },
  } as unknown as ExposedBridge;
  const heard: unknown[] = [];
  const bridge = bridgeOf(exposed);
  const stop = bridge.on('log:lines', (lines) => heard.push(lines));
  bridge.on('popover:shown', (payload) => heard.push(payload));
  const payload = { name: null, lines: ['a "b"', 'ü\u2028'] };
  listeners.get('log:lines')?.(JSON.stringify(payload));
  listeners.get('popover:shown')?.('');
  expect(heard).toEqual([payload, undefined]);
  stop();
  expect([...listeners.keys()]).toEqual(['popover:shown']);
});
