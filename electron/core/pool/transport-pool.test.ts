import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLogger } from '../observability/logger.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { kubectlConnection, serviceWith } from '../tunnel/testing/service-specs.ts';
import type { TransportLease } from '../transport/transport-lease.ts';
import { TransportPool } from './transport-pool.ts';

let directory: string;
let environment: Readonly<Record<string, string>>;
let changes: number;
let moved: string[];
let pool: TransportPool;

const never = (): never => {
  throw new Error('nothing is opened here');
};

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'localport-pool-'));
  changes = 0;
  moved = [];
  environment = { KUBECONFIG: await kubeconfig('one', 'prod') };
  pool = new TransportPool({
    name: 'pool',
    clock: new FakeClock(),
    log: silentLogger,
    random: () => 0.5,
    openSsh: never,
    openKube: never,
    launcher: { launch: never },
    environment: () => environment,
    isOnline: () => true,
    onChange: () => {
      changes += 1;
    },
  });
});

afterEach(async () => {
  await pool.close();
  await rm(directory, { recursive: true });
});

async function kubeconfig(name: string, context: string): Promise<string> {
  const file = path.join(directory, name);
  await writeFile(file, `current-context: ${context}\n`);
  return file;
}

function lease(name: string, context: string | null = null): TransportLease {
  const taken = pool.lease({
    onDown: () => undefined,
    onUp: () => undefined,
    onSuspected: () => undefined,
    onRenewed: () => undefined,
    onMoved: () => moved.push(name),
    clientsWait: () => false,
  });
  taken.take({ ...serviceWith(kubectlConnection({ context })), name });
  return taken;
}

const report = (): readonly string[] =>
  pool.report().map(({ transport, services }) => `${transport}: ${services.join(', ')}`);

it('shares a transport among services that name the current context and those that name none', () => {
  lease('a');
  lease('b', 'prod');
  expect(report()).toEqual(['kubernetes prod: a, b']);
});

it('moves no service when another context becomes current, and shows it at once', async () => {
  const [a, b] = [lease('a'), lease('b', 'prod')];
  await kubeconfig('one', 'staging');
  const before = changes;
  pool.triggered('credentials');
  expect([report(), moved, a.otherContext, b.otherContext]).toEqual([
    ['kubernetes prod: a, b'],
    [],
    'staging',
    null,
  ]);
  expect(changes).toBeGreaterThan(before);
});

it('moves services without a context when another kubeconfig is used, and discards unused transports', async () => {
  lease('a');
  environment = { KUBECONFIG: await kubeconfig('two', 'work') };
  pool.triggered('network');
  expect(moved).toEqual([]);
  pool.triggered('credentials');
  expect([report(), moved]).toEqual([['kubernetes work: a'], ['a']]);
});

it('discards a transport when its last lease ends', () => {
  const a = lease('a');
  a.take(null);
  expect(report()).toEqual([]);
  pool.triggered('credentials');
  expect(report()).toEqual([]);
});
