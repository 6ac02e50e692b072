/** Services in each state, for tests and the gallery. Times are relative to `now`, in epoch milliseconds. */
import type { CauseCode, CauseDetails } from '../../shared/failure.ts';
import { describeCause } from '../../shared/failure.ts';
import { atRest } from '../../shared/service-at-rest.ts';
import type { ServiceSnapshot, Snapshot } from '../../shared/service-snapshot.ts';

/** Noon on an arbitrary day. */
export const sampleNow = Date.UTC(2026, 10, 22, 12);

const second = 1000;
const hour = 3600 * second;

type Facts = Partial<ServiceSnapshot>;

/** Off, with no history. */
export const service = (name: string, facts: Facts = {}): ServiceSnapshot => ({
  ...atRest,
  name,
  technology: 'kubectl',
  description: null,
  tags: [],
  route: `prod · svc/${name}`,
  localPort: 5432,
  desired: 'off',
  phase: 'off',
  health: 'unknown',
  since: sampleNow,
  ...facts,
});

/** Up for three hours; the last check took 2 ms. */
export const up = (name: string, facts: Facts = {}): ServiceSnapshot =>
  service(name, {
    desired: 'on',
    phase: 'up',
    health: 'healthy',
    since: sampleNow - 3 * hour,
    checkMs: 2,
    ...facts,
  });

export const connecting = (name: string, facts: Facts = {}): ServiceSnapshot =>
  service(name, { desired: 'on', phase: 'connecting', ...facts });

/** Its tunnel is running, but no check has passed through it yet. */
export const checking = (name: string, facts: Facts = {}): ServiceSnapshot =>
  service(name, { desired: 'on', phase: 'up', ...facts });

/** Its tunnel is proven, and it has no check. */
export const ready = (name: string, facts: Facts = {}): ServiceSnapshot =>
  checking(name, { health: 'ready', since: sampleNow - 3 * hour, ...facts });

/** On demand, and no client uses it. */
export const idle = (name: string, facts: Facts = {}): ServiceSnapshot =>
  checking(name, { phase: 'idle', unusedMs: 600_000, ...facts });

/** Waits four seconds for its next try. */
export const retrying = (
  name: string,
  [code, details]: readonly [CauseCode, CauseDetails?],
  facts: Facts = {},
): ServiceSnapshot =>
  service(name, {
    desired: 'on',
    phase: 'retrying',
    cause: describeCause(code, details),
    nextRetryAt: sampleNow + 4 * second,
    attempt: 3,
    ...facts,
  });

/** Waits for something to change. */
export const waiting = (
  name: string,
  [code, details]: readonly [CauseCode, CauseDetails?],
  facts: Facts = {},
): ServiceSnapshot =>
  service(name, { desired: 'on', phase: 'waiting', cause: describeCause(code, details), ...facts });

export const snapshotOf = (
  services: readonly ServiceSnapshot[],
  config: Partial<Snapshot['config']> = {},
  notices: readonly string[] = [],
): Snapshot => ({
  host: {
    kind: 'menu-bar',
    pid: 812,
    version: '1.0.0',
    since: sampleNow - 5 * hour,
    logDirectory: '/Users/ada/Library/Logs/LocalPort',
    notices,
  },
  config: { status: 'loaded', path: '/Users/ada/.config/localport/config.yaml', problems: [], ...config },
  services,
  prompts: [],
});
