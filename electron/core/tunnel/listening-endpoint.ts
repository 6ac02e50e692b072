/**
 * Checks whether a program listens on its endpoint, without connecting: a connection would reach the target, and some
 * targets accept only one in their lifetime (a debugger) or count those that send nothing (MySQL).
 */
import { readFile } from 'node:fs/promises';
import { outputOf } from '../process/program-output.ts';
import { overlapsBind, readListeningSockets } from '../process/port-holder.ts';
import type { SystemEndpoint } from '../connect/endpoint.ts';
import { parseListeningUnixSockets } from './unix-sockets.ts';

/** The macOS program that lists listeners, with its time and output limits. */
export const lsof = { path: '/usr/sbin/lsof', timeoutMs: 2_000, maxOutputBytes: 64 * 1024 } as const;

/** Never rejects. False also where the system cannot say: in another network namespace, or on an unknown system. */
export async function isListening(
  endpoint: SystemEndpoint,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  if (platform === 'darwin') return hasListener(await outputOf(lsofArgv(endpoint), lsof), endpoint);
  if (endpoint.kind === 'unix') {
    const table = await readFile('/proc/net/unix', 'utf8').catch(() => '');
    return parseListeningUnixSockets(table).some(({ path }) => path === endpoint.path);
  }
  return (await readListeningSockets(endpoint.port, endpoint.host)).length > 0;
}

/** See lsof(8). A Unix socket has a name once it is bound. */
export const lsofArgv = (endpoint: SystemEndpoint): [string, ...string[]] =>
  endpoint.kind === 'unix'
    ? [lsof.path, '-n', '-P', '-F', 'p', '--', endpoint.path]
    : [lsof.path, '-n', '-P', `-iTCP:${endpoint.port}`, '-sTCP:LISTEN', '-F', 'n'];

/** In the output of `lsofArgv`: lsof selects by port, not by address. */
export const hasListener = (output: string, endpoint: SystemEndpoint): boolean =>
  endpoint.kind === 'unix'
    ? output.trim() !== ''
    : output.split('\n').some((line) => line.startsWith('n') && overlapsBind(line.slice(1), endpoint.host));
