/**
 * What this process holds right now: scopes, tasks and fake timers by the lifetime tracker; timers, sockets, servers and
 * file watchers by what keeps Node's event loop alive; children by the kernel's list of them.
 */
import type { ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { Server, Socket } from 'node:net';
import { setLifetimeTracker } from '../lifetime-tracker.ts';

/** Scopes, tasks, fake timers and handles as objects, children as PIDs; described on demand. */
export type OpenResources = ReadonlyMap<object | number, () => string>;

const tracked = new Map<object, () => string>();

/** To be called before the code under test is loaded. */
export function trackOpenResources(): void {
  setLifetimeTracker({
    opened: (thing, describe) => {
      const { stack = '' } = new Error();
      tracked.set(thing, () => `${describe()}, ${originIn(stack)}`);
    },
    closed: (thing) => void tracked.delete(thing),
  });
}

/** The first line of our code below the tracker and the clock. */
const originIn = (stack: string): string =>
  stack
    .split('\n')
    .find(
      (line) =>
        /\/(?:electron|e2e)\//.test(line) &&
        !/open-resources|lifetime-tracker|clock\.ts|abort-signal/.test(line),
    )
    ?.trim() ?? 'of unknown origin';

export function openResources(): OpenResources {
  const handles = activeHandles().map((handle) => [handle, () => describeHandle(handle)] as const);
  return new Map<object | number, () => string>([...tracked, ...handles, ...livingChildren()]);
}

/** What is open now and was not in `before`; all timers and requests, since those of the test runner end soon. */
export function openedSince(before: OpenResources): readonly string[] {
  const opened = [...openResources()].filter(([resource]) => !before.has(resource));
  return [...opened.map(([, describe]) => describe()), ...activeRequestsAndTimers()];
}

/** In `getActiveResourcesInfo` by these names, and in `_getActiveHandles` as objects, which hold more details. */
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
  return process.getActiveResourcesInfo().filter((type) => !handleTypes.has(type));
}

/** Undocumented, and in every Node since 0.x: the only list that gives the objects. */
function activeHandles(): readonly object[] {
  const own: readonly unknown[] = [process.stdin, process.stdout, process.stderr];
  const { _getActiveHandles } = process as unknown as { _getActiveHandles: () => readonly object[] };
  return _getActiveHandles.call(process).filter((handle) => !own.includes(handle));
}

function describeHandle(handle: object): string {
  if (handle instanceof Server) return `server at ${JSON.stringify(handle.address())}`;
  if (handle instanceof Socket) {
    const { localPort, remoteAddress, remotePort } = handle;
    return remoteAddress === undefined
      ? 'socket'
      : `socket ${String(localPort)} → ${remoteAddress}:${String(remotePort)}`;
  }
  if ('spawnargs' in handle) {
    const { pid, spawnargs } = handle as ChildProcess;
    return `child process ${String(pid)} (handle): ${spawnargs.join(' ').slice(0, 200)}`;
  }
  return handle.constructor.name;
}

/** Includes those that Node does not wait for. Empty where there is no /proc. */
function livingChildren(): readonly (readonly [pid: number, describe: () => string])[] {
  try {
    const threads = readdirSync('/proc/self/task');
    const pids = threads.flatMap((thread) =>
      readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
    );
    return pids.map((pid) => [Number(pid), () => `child process ${pid}: ${commandOf(pid)}`]);
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
