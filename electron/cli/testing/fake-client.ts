import type { ControlClient } from '../../core/control/control-client.ts';
import { aSnapshot } from '../../shell/testing/snapshots.ts';

/** A connection to a host with only the methods in `does`: any other request fails the test. */
export const fakeClient = (does: Partial<Pick<ControlClient, 'request' | 'stream'>>): ControlClient => ({
  host: aSnapshot().host,
  close: () => undefined,
  request: () => Promise.reject(new Error('not asked for')),
  stream: () => Promise.reject(new Error('not asked for')),
  ...does,
});
