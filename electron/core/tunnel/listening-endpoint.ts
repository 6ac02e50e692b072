/**
 * Whether a program listens at its endpoint, without a connection: one would go through to the target, and some targets
 * take only one in their life (a debugger), or count those that say nothing (MySQL).
 */
import { readFile } from 'node:fs/promises';
import { outputOf } from '../process/program-output.ts';
import { readListeningSockets } from '../relay/port-holder.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import { parseListeningUnixSockets } from './unix-sockets.ts';

/** The program of macOS that tells who listens, and what it may cost. */
export const lsof = { path: '/usr/sbin/lsof', timeoutMs: 2_000, maxOutputBytes: 64 * 1024 } as const;

/** Never rejects. False also where the system does not say: behind another network namespace, on an unknown system. */
export async function isListening(
  endpoint: Endpoint,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  if (platform === 'darwin') return (await outputOf(lsofArgv(endpoint), lsof)).trim() !== '';
  if (endpoint.kind === 'unix') {
    const table = await readFile('/proc/net/unix', 'utf8').catch(() => '');
    return parseListeningUnixSockets(table).some(({ path }) => path === endpoint.path);
  }
  return (await readListeningSockets(endpoint.port, endpoint.host)).length > 0;
}

/** lsof(8). A Unix socket has a name once it is bound. */
export const lsofArgv = (endpoint: Endpoint): [string, ...string[]] =>
  endpoint.kind === 'unix'
    ? [lsof.path, '-n', '-P', '-F', 'p', '--', endpoint.path]
    : [lsof.path, '-n', '-P', `-iTCP:${endpoint.port}`, '-sTCP:LISTEN', '-F', 'p'];
