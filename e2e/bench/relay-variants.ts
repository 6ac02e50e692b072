/**
 * The relay as it is, and the ways of splicing that it was chosen from, each a process of its own. `electron/core/relay`
 * reads the upstream into one 256 KiB buffer and writes to the client at once; the others are what is usually done.
 */
import { connect, createServer, type Socket } from 'node:net';
import { systemClock } from '../../electron/core/clock.ts';
import { silentLogger } from '../../electron/core/observability/logger.ts';
import { ConnectionBudget } from '../../electron/core/relay/connection-budget.ts';
import { readDescriptorLimit } from '../../electron/core/relay/descriptor-limit.ts';
import { createLocalPort } from '../../electron/core/relay/local-port.ts';
import { freePort, type Address } from '../fixtures/servers.ts';

const kibibyte = 1024;

/** `highWaterMarkBytes` undefined is Node's own: 16 KiB in Node 20. */
const variants: Readonly<Record<string, (upstream: Address, port: number) => Promise<void>>> = {
  LocalPort: runLocalPort,
  pipe: (upstream, port) => runSplice(upstream, port, { join: pipe }),
  'pipe, 64 KiB': (upstream, port) =>
    runSplice(upstream, port, { join: pipe, highWaterMarkBytes: 64 * kibibyte }),
  'write and pause': (upstream, port) => runSplice(upstream, port, { join: writeAndPause }),
  'write and pause, 64 KiB': (upstream, port) =>
    runSplice(upstream, port, { join: writeAndPause, highWaterMarkBytes: 64 * kibibyte }),
  'write and pause, 256 KiB': (upstream, port) =>
    runSplice(upstream, port, { join: writeAndPause, highWaterMarkBytes: 256 * kibibyte }),
  'corked for a turn': (upstream, port) => runSplice(upstream, port, { join: corkedForATurn }),
};

export const variantNames = Object.keys(variants);

/** Tells its parent the port that it listens on. */
export async function runVariant(name: string, upstream: Address): Promise<void> {
  const port = await freePort();
  await variants[name]?.(upstream, port);
  process.send?.(port);
}

async function runLocalPort(upstream: Address, port: number): Promise<void> {
  const local = createLocalPort({
    name: 'bench',
    port,
    holdTimeoutMs: 10_000,
    clock: systemClock,
    log: silentLogger,
    budget: new ConnectionBudget(readDescriptorLimit()),
    events: { onDemand: () => undefined, onSuspicion: () => undefined, onEvidence: () => undefined },
  });
  const opened = await local.open();
  if (!opened.ok) throw new Error(opened.error.title);
  const endpoint =
    'path' in upstream ? { kind: 'unix' as const, ...upstream } : { kind: 'tcp' as const, ...upstream };
  local.setUpstream({ tunnelId: 'bench', endpoint, trialMs: null });
}

interface Splicing {
  readonly join: (from: Socket, to: Socket) => void;
  readonly highWaterMarkBytes?: number;
}

function runSplice(upstream: Address, port: number, { join, highWaterMarkBytes }: Splicing): Promise<void> {
  const options = {
    allowHalfOpen: true,
    noDelay: true,
    ...(highWaterMarkBytes === undefined ? {} : { highWaterMark: highWaterMarkBytes }),
  };
  const server = createServer({ ...options, pauseOnConnect: true }, (client) => {
    const remote = connect({ ...upstream, ...options }, () => {
      join(client, remote);
      join(remote, client);
      client.resume();
    });
    client.on('error', () => remote.destroy());
    remote.on('error', () => client.destroy());
  });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
}

const pipe = (from: Socket, to: Socket): void => {
  from.pipe(to);
};

function writeAndPause(from: Socket, to: Socket): void {
  from.on('data', (bytes) => {
    if (!to.write(bytes)) from.pause();
  });
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
}

function corkedForATurn(from: Socket, to: Socket): void {
  from.on('data', (bytes) => {
    to.cork();
    if (!to.write(bytes)) from.pause();
    setImmediate(() => {
      to.uncork();
    });
  });
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
}
