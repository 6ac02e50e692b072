/**
 * The processes of the relay's benchmark: sshd, ssh, and this program itself in the roles of server, relay, and client.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../../electron/core/clock.ts';
import type { Endpoint } from '../../electron/core/connect/endpoint.ts';
import { silentLogger } from '../../electron/core/observability/logger.ts';
import { ConnectionBudget } from '../../electron/core/relay/connection-budget.ts';
import { readDescriptorLimit } from '../../electron/core/relay/descriptor-limit.ts';
import { createLocalPort } from '../../electron/core/relay/local-port.ts';
import type { Scope } from '../../electron/core/scope.ts';
import { eventually } from '../fixtures/eventually.ts';
import { freePort, type Address } from '../fixtures/servers.ts';
import { startSshd } from '../fixtures/sshd.ts';
import { runClient, runServer } from './relay-peers.ts';

/** A path from the client to the server. */
export interface Variant {
  readonly address: Address;
  /** null: it has no relay. */
  readonly relayPid: number | null;
}

/** User and system time of a process (proc_pid_stat(5), fields 14 and 15), in ticks of 10 ms; 0 without /proc. */
export async function cpuMs(pid: number | null): Promise<number> {
  const file = `/proc/${pid}/stat`;
  if (pid === null || !existsSync(file)) return 0;
  const fields = (await readFile(file, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** An ssh with a Unix socket, like the ssh adapter's. */
export async function openTunnel(scope: Scope, targetPort: number): Promise<Address> {
  const sshd = await startSshd();
  scope.own('sshd', () => sshd.dispose());
  await sshd.trust();
  const directory = await mkdtemp(path.join(os.tmpdir(), 'localport-bench-'));
  scope.own('socket folder', () => rm(directory, { recursive: true, force: true }));
  const socket = path.join(directory, 'socket');
  const forward = ['-N', '-T', '-o', 'BatchMode=yes', '-L', `${socket}:127.0.0.1:${targetPort}`];
  const login = ['-p', String(sshd.port), '--', `${sshd.user}@${sshd.host}`];
  own(
    scope,
    'ssh',
    spawn(path.join(sshd.client.binDirectory, 'ssh'), [...forward, ...login], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  );
  await eventually('ssh listens', () => existsSync(socket));
  return { path: socket };
}

export async function startRelay(scope: Scope, upstream: Address): Promise<Variant> {
  const child = startRole(scope, 'relay', JSON.stringify(upstream));
  return { address: { host: '127.0.0.1', port: await firstPort(child) }, relayPid: child.pid ?? null };
}

/** A LocalPort in front of an endpoint; tells its parent the port that it listens on. */
export async function relayTo(endpoint: Endpoint): Promise<void> {
  const port = await freePort();
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
  local.setUpstream({ tunnelId: 'bench', endpoint, trialMs: null });
  process.send?.(port);
}

const endpointAt = (address: Address): Endpoint =>
  'path' in address ? { kind: 'unix', ...address } : { kind: 'tcp', ...address };

/** Resolves to the port that it listens on. */
export const startServer = (scope: Scope): Promise<number> => firstPort(startRole(scope, 'server'));

/** Takes an `Order` as message and answers with a `Measurement`. */
export const startClient = (scope: Scope): ChildProcess => startRole(scope, 'client');

export const firstPort = async (child: ChildProcess): Promise<number> =>
  ((await once(child, 'message')) as [number])[0];

/** This program again, in another role. */
export const startRole = (scope: Scope, ...roleAndArguments: readonly string[]): ChildProcess =>
  own(scope, roleAndArguments[0] ?? '', fork(process.argv[1] ?? '', roleAndArguments));

export function own(scope: Scope, name: string, child: ChildProcess): ChildProcess {
  scope.own(name, async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    await once(child, 'exit');
  });
  return child;
}

/** What a process started by `startRole` does. */
export async function runRole(role: string, [upstream = '']: readonly string[]): Promise<void> {
  if (role === 'server') runServer();
  else if (role === 'client') runClient();
  else await relayTo(endpointAt(JSON.parse(upstream) as Address));
}
