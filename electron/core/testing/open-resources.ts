/**
 * What this process holds right now: scopes, tasks and fake timers by the lifetime tracker; timers, sockets, servers and
 * file watchers by what keeps Node's event loop alive; children by the kernel's list of them.
 */
import type { ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { Server, Socket } from 'node:net';
import { setLifetimeTracker } from '../lifetime-tracker.ts';
import { callers, originsOf, traceAsyncResources } from './resource-origins.ts';

/** How many there are of each description. */
export type OpenResources = ReadonlyMap<string, number>;

interface Tracked {
  readonly describe: () => string;
  readonly origin: string;
}

const tracked = new Map<object, Tracked>();

/** To be called before the code under test is loaded. */
export function trackOpenResources(): void {
  traceAsyncResources();
  setLifetimeTracker({
    opened: (thing, describe) => void tracked.set(thing, { describe, origin: callers() }),
    closed: (thing) => void tracked.delete(thing),
  });
}

export function openResources(): OpenResources {
  const counts = new Map<string, number>();
  const descriptions = [
    ...[...tracked.values()].map(({ describe, origin }) => describe() + origin),
    ...activeHandles().map(describeHandle),
    ...activeRequestsAndTimers(),
    ...livingChildren(),
  ];
  for (const description of descriptions) counts.set(description, (counts.get(description) ?? 0) + 1);
  return counts;
}

/** What is in `now` and was not in `before`, one line for each description. */
export function openedSince(before: OpenResources, now: OpenResources): readonly string[] {
  return [...now].flatMap(([description, count]) => {
    const more = count - (before.get(description) ?? 0);
    if (more <= 0) return [];
    return more === 1 ? [description] : [`${String(more)} × ${description}`];
  });
}

/** In `getActiveResourcesInfo` by these names, and in `_getActiveHandles` as objects, which say more. */
const handleTypes = new Set([
  'FSEventWrap',
  'MessagePort',
  'PipeWrap',
  'ProcessWrap',
  'StatWatcher',
  'TCPServerWrap',
  'TCPSocketWrap',
  'TTYWrap',
  'UDPWrap',
]);

function activeRequestsAndTimers(): readonly string[] {
  const types = process.getActiveResourcesInfo().filter((type) => !handleTypes.has(type));
  return types.map((type) => `${type}${originsOf(type)}`);
}

/** Undocumented, and in every Node since 0.x: the only list that gives the objects. */
function activeHandles(): readonly object[] {
  const own: readonly unknown[] = [process.stdin, process.stdout, process.stderr];
  const { _getActiveHandles } = process as unknown as { _getActiveHandles(): readonly object[] };
  return _getActiveHandles.call(process).filter((handle) => !own.includes(handle));
}

function describeHandle(handle: object): string {
  if (handle instanceof Server) return `server at ${JSON.stringify(handle.address())}`;
  if (handle instanceof Socket) {
    const { localPort, remoteAddress, remotePort } = handle;
    return remoteAddress === undefined
      ? `socket${originsOf('PipeWrap')}`
      : `socket ${String(localPort)} → ${remoteAddress}:${String(remotePort)}${originsOf('TCPWRAP')}`;
  }
  if ('spawnargs' in handle) {
    const { pid, spawnargs } = handle as ChildProcess;
    return `child process ${String(pid)} (handle): ${spawnargs.join(' ').slice(0, 200)}`;
  }
  return handle.constructor.name;
}

/** Also those that Node does not wait for. Empty where there is no /proc. */
function livingChildren(): readonly string[] {
  try {
    const threads = readdirSync('/proc/self/task');
    const pids = threads.flatMap((thread) =>
      readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
    );
    return pids.map((pid) => `child process ${pid}: ${commandOf(pid)}`);
  } catch {
    return [];
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim().slice(0, 200);
  } catch {
    return 'ended meanwhile';
  }
}
