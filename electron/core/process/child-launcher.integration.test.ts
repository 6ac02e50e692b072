import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { GroupLauncher } from './child-launcher.ts';
import type { ChildProcess, ChildRequest } from './child-process.ts';
import { type GroupControl, groupIsAlive, systemGroups } from './process-group.ts';
import { programs } from './testing/misbehaving-programs.ts';
import { pidOfReadyLine, processIsRunning } from './testing/process-watch.ts';

describe('GroupLauncher', () => {
  const registered = new Set<number>();
  let everRegistered: number[] = [];
  let launcher: GroupLauncher;

  beforeEach(() => {
    everRegistered = [];
    launcher = new GroupLauncher({
      clock: systemClock,
      log: silentLogger,
      environment: () => ({ PATH: process.env['PATH'] ?? '', FROM_LAUNCHER: 'launcher' }),
      registries: [
        {
          add: (pgid) => {
            registered.add(pgid);
            everRegistered.push(pgid);
          },
          remove: (pgid) => registered.delete(pgid),
        },
      ],
    });
  });

  afterEach(async () => {
    await launcher.stopAll({ force: true });
    expect(registered).toEqual(new Set());
  });

  function launch(argv: ChildRequest['argv'], more: Partial<ChildRequest> = {}): ChildProcess {
    return launcher.launch({ name: 'test child', argv, ...more });
  }

  it('reports exit code and last lines of a child that exits at once', async () => {
    expect(await launch(programs.exitsAtOnce).exited).toEqual({
      exitCode: 7,
      signal: null,
      startError: null,
      stopped: false,
      survived: false,
      lastLines: [],
    });
  });

  it('delivers an unfinished line before it reports the exit', async () => {
    const child = launch(programs.printsHalfALine);
    const lines: string[] = [];
    child.onLine((stream, line) => lines.push(`${stream}: ${line}`));
    expect(await child.exited).toMatchObject({ exitCode: 3, lastLines: ['whole', 'half'] });
    expect(lines).toEqual(['stderr: whole', 'stderr: half']);
  });

  it('keeps the last 20 lines of stderr', async () => {
    const { lastLines } = await launch(programs.printsManyErrors).exited;
    expect(lastLines).toEqual(Array.from({ length: 20 }, (_, index) => `error ${index + 31}`));
  });

  it('survives megabytes without a line end', async () => {
    const child = launch(programs.printsMegabytesWithoutNewline);
    const lengths: number[] = [];
    child.onLine((_stream, line) => lengths.push(line.length));
    expect(await child.exited).toMatchObject({ exitCode: 0 });
    expect(lengths).toEqual([8192, 4]);
  });

  it('starts nothing once it is closed', async () => {
    const child = launch(programs.endsOnTerm);
    await pidOfReadyLine(child);
    const closing = launcher.close();
    const late = launch(programs.endsOnTerm);
    await closing;
    expect([(await child.exited).signal, late.pid, (await late.exited).startError?.code]).toEqual([
      'SIGKILL',
      null,
      'ECANCELED',
    ]);
    expect(everRegistered).toEqual([child.pid]);
  });

  it('returns the failure of a program that does not exist as a value', async () => {
    const child = launch(['no-such-program-anywhere']);
    expect(child.pid).toBeNull();
    expect(await child.exited).toEqual({
      exitCode: null,
      signal: null,
      startError: { code: 'ENOENT', message: 'spawn no-such-program-anywhere ENOENT' },
      stopped: false,
      survived: false,
      lastLines: [],
    });
    expect(await child.stop()).toMatchObject({ startError: { code: 'ENOENT' } });
    expect(everRegistered).toEqual([]);
  });

  it('returns the failure of a file that is not executable, or of an impossible argument, as a value', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'localport-launcher-'));
    try {
      const file = join(folder, 'plain');
      await writeFile(file, 'text');
      await chmod(file, 0o600);
      expect((await launch([file]).exited).startError?.code).toBe('EACCES');
      expect((await launch(['env', 'a\0b']).exited).startError?.code).toBe('EINVAL');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("finds the program on the child's own PATH and passes nothing of the app's environment", async () => {
    const child = launch(programs.printsEnvironment, { env: { FROM_REQUEST: 'request' } });
    const lines: string[] = [];
    child.onLine((_stream, line) => lines.push(line));
    await child.exited;
    expect(lines.filter((line) => !line.startsWith('PATH='))).toEqual([
      'FROM_LAUNCHER=launcher',
      'FROM_REQUEST=request',
    ]);
    expect((await launch(['env'], { env: { PATH: '/nowhere' } }).exited).startError?.code).toBe('ENOENT');
  });

  it('stops a child politely', async () => {
    const child = launch(programs.endsOnTerm);
    await pidOfReadyLine(child);
    expect(launcher.alive()).toEqual([{ name: 'test child', pid: child.pid }]);
    expect(await child.stop()).toMatchObject({ signal: 'SIGTERM', exitCode: null, stopped: true });
    expect(launcher.alive()).toEqual([]);
  });

  it('uses the polite signal of the request', async () => {
    const child = launch(programs.endsOnIntOnly, { politeSignal: 'SIGINT' });
    await pidOfReadyLine(child);
    expect(await child.stop()).toMatchObject({ exitCode: 0, signal: null, stopped: true });
  });

  it('kills a child that ignores TERM after two seconds', async () => {
    const child = launch(programs.ignoresTerm);
    await pidOfReadyLine(child);
    const startedAt = systemClock.now();
    expect(await child.stop()).toMatchObject({ signal: 'SIGKILL', stopped: true });
    expect(systemClock.now() - startedAt).toBeGreaterThan(1_900);
  });

  it('kills at once when forced, also after a polite request', async () => {
    const child = launch(programs.ignoresTerm);
    await pidOfReadyLine(child);
    const startedAt = systemClock.now();
    const polite = child.stop();
    expect(await child.stop({ force: true })).toMatchObject({ signal: 'SIGKILL', stopped: true });
    expect(await polite).toBe(await child.exited);
    expect(systemClock.now() - startedAt).toBeLessThan(1_000);
  });

  it('ends a grandchild that ignores TERM together with its parent', async () => {
    const child = launch(programs.leavesStubbornGrandchild);
    const grandchild = await pidOfReadyLine(child);
    expect(processIsRunning(grandchild)).toBe(true);
    await child.stop();
    expect(processIsRunning(grandchild)).toBe(false);
    expect(await groupIsAlive(child.pid!)).toBe(false);
  });

  it('ends the processes that a child leaves behind when it exits', async () => {
    const child = launch(programs.abandonsGrandchild);
    const grandchild = await pidOfReadyLine(child);
    expect(await child.exited).toMatchObject({ exitCode: 0, stopped: false });
    expect(processIsRunning(grandchild)).toBe(false);
  });

  it('does not wait for a process that left the group and holds the pipes, nor keeps them open itself', async () => {
    const openPipes = (): number =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'PipeWrap').length;
    const pipesBefore = openPipes();
    const child = launch(programs.leaksPipesOutOfGroup);
    const escaped = await pidOfReadyLine(child);
    try {
      expect(await child.exited).toMatchObject({ exitCode: 0 });
      expect(processIsRunning(escaped)).toBe(true);
      await vi.waitFor(() => expect(openPipes()).toBe(pipesBefore));
    } finally {
      process.kill(escaped, 'SIGKILL');
    }
  });

  it('stops all children at the same time', async () => {
    const children = [programs.ignoresTerm, programs.endsOnTerm, programs.ignoresTerm].map((argv) =>
      launch(argv),
    );
    await Promise.all(children.map(pidOfReadyLine));
    const startedAt = systemClock.now();
    await launcher.stopAll();
    expect(systemClock.now() - startedAt).toBeLessThan(3_000);
    expect(launcher.alive()).toEqual([]);
  });
});

describe('a group that survives SIGKILL', () => {
  const registered = new Set<number>();
  const warnings: string[] = [];
  /** Groups whose stand-in may end. The stand-in does not react to SIGKILL, like a process that waits inside the kernel. */
  const released = new Set<number>();
  const groups: GroupControl = {
    ...systemGroups,
    signal: (pgid, signal) =>
      signal === 'SIGKILL' && !released.has(pgid) ? true : systemGroups.signal(pgid, signal),
    end: (pgid, ...rest) =>
      released.has(pgid) ? systemGroups.end(pgid, ...rest) : groupIsAlive(pgid).then((isAlive) => !isAlive),
  };
  const launcher = new GroupLauncher({
    clock: systemClock,
    log: { ...silentLogger, warn: (line) => warnings.push(line) },
    environment: () => ({ PATH: process.env['PATH'] ?? '' }),
    registries: [{ add: (pgid) => registered.add(pgid), remove: (pgid) => registered.delete(pgid) }],
    groups,
  });

  beforeEach(() => {
    warnings.length = 0;
  });

  const release = (pgid: number): void => {
    released.add(pgid);
    systemGroups.signal(pgid, 'SIGKILL');
  };

  it('delays nothing, is logged as a warning, and stays listed until it is gone', async () => {
    const child = launcher.launch({ name: 'ssh bastion', argv: programs.ignoresTerm });
    const pid = await pidOfReadyLine(child);
    try {
      const startedAt = systemClock.now();
      const exit = await child.stop({ force: true });
      expect(exit).toMatchObject({ exitCode: null, signal: null, stopped: true, survived: true });
      expect(await child.exited).toBe(exit);
      expect(systemClock.now() - startedAt).toBeLessThan(4_000);
      expect(warnings).toEqual([`ssh bastion: process group ${pid} survived SIGKILL`]);
      await launcher.stopAll({ force: true });
      expect([launcher.alive(), [...registered]]).toEqual([[{ name: 'ssh bastion', pid }], [pid]]);
    } finally {
      release(pid);
    }
    await vi.waitFor(() => expect([launcher.alive(), [...registered]]).toEqual([[], []]), 5_000);
  });

  it('is also reported when the child exits and leaves such a process behind', async () => {
    const child = launcher.launch({ name: 'tool', argv: programs.abandonsGrandchild });
    const { pid } = child;
    await pidOfReadyLine(child);
    try {
      expect(await child.exited).toMatchObject({ exitCode: 0, stopped: false, survived: true });
      expect(launcher.alive()).toEqual([{ name: 'tool', pid }]);
    } finally {
      release(pid!);
    }
    await vi.waitFor(() => expect([launcher.alive(), [...registered]]).toEqual([[], []]), 5_000);
  });
});
