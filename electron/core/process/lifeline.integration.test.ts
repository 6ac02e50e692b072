import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Clock, systemClock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { Lifeline } from './lifeline.ts';
import { bundleProgram } from './testing/bundled-program.ts';
import { programs } from './testing/misbehaving-programs.ts';
import { processIsRunning } from './testing/process-watch.ts';

const soon = { timeout: 5_000, interval: 10 };

describe('Lifeline of an app that dies', () => {
  let folder: string;
  let ownerProgram: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'localport-lifeline-'));
    ownerProgram = bundleProgram(join(import.meta.dirname, 'testing/lifeline-owner.ts'), folder);
  });

  afterAll(() => rm(folder, { recursive: true }));

  async function startOwner(...argvs: (readonly string[])[]) {
    const owner = spawn(process.execPath, [ownerProgram, JSON.stringify(argvs)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(owner.stdout), 'line')) as [string];
    return { owner, ...(JSON.parse(line) as { pids: number[]; guardian: number }) };
  }

  it.each(['SIGKILL', 'SIGTERM', 'SIGHUP'] as const)(
    'ends every child on %s, including stubborn ones',
    async (signal) => {
      const { owner, pids, guardian } = await startOwner(
        programs.endsOnTerm,
        programs.ignoresTerm,
        programs.leavesStubbornGrandchild,
      );
      expect([...pids, guardian].map(processIsRunning)).toEqual([true, true, true, true]);
      owner.kill(signal);
      await vi.waitFor(() => {
        expect([...pids, guardian].map(processIsRunning)).toEqual([false, false, false, false]);
      }, soon);
    },
  );

  it('sends the polite signal first', async () => {
    const { owner, pids, guardian } = await startOwner(programs.ignoresTerm);
    const killedAt = systemClock.now();
    owner.kill('SIGKILL');
    await vi.waitFor(() => expect(processIsRunning(guardian)).toBe(false), soon);
    expect(systemClock.now() - killedAt).toBeGreaterThan(900);
    // The guardian exits without waiting for the effect of its last signal.
    await vi.waitFor(() => expect(pids.map(processIsRunning)).toEqual([false]), soon);
  });

  it('cannot be ended by the signals that end the app', async () => {
    const { owner, pids, guardian } = await startOwner(programs.endsOnTerm);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(guardian, signal);
    owner.kill('SIGKILL');
    await vi.waitFor(() => expect([...pids, guardian].map(processIsRunning)).toEqual([false, false]), soon);
  });
});

// Other systems hide the environment of a process.
it.skipIf(process.platform !== 'linux')('ends a child whose start the app does not survive', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'localport-dying-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const program = bundleProgram(join(import.meta.dirname, 'testing/dying-owner.ts'), folder);
  const owner = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  owner.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  expect(await once(owner, 'close')).toEqual([null, 'SIGKILL']);
  const pid = Number(output);
  onTestFinished(() => {
    if (processIsRunning(pid)) process.kill(pid, 'SIGKILL');
  });
  await vi.waitFor(() => expect(processIsRunning(pid)).toBe(false), soon);
});

describe('without file descriptors', () => {
  let folder: string;
  let program: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'localport-exhausted-'));
    program = bundleProgram(join(import.meta.dirname, 'testing/exhausted-owner.ts'), folder);
  });

  afterAll(() => rm(folder, { recursive: true }));

  /** The output of the program, or its exit code if it failed. */
  async function run(when: 'child' | 'guardian'): Promise<unknown> {
    const script = 'ulimit -n 64; exec "$0" "$@"';
    const owner = spawn('/bin/sh', ['-c', script, process.execPath, program, when], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    owner.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(owner, 'close')) as [number];
    return code === 0 ? JSON.parse(output) : code;
  }

  it('a child does not start, which affects nothing else', async () => {
    expect(await run('child')).toEqual({
      exitCode: null,
      startError: { code: 'EMFILE', message: 'spawn sh EMFILE' },
      lastLines: [],
      warnings: [],
      hasGuardian: false,
    });
  });

  it('a running child continues, and is guarded again as soon as there is a guardian', async () => {
    expect(await run('guardian')).toEqual({
      exitCode: 0,
      startError: null,
      lastLines: ['done'],
      warnings: ['lifeline: no guardian could be started: spawn /bin/sh EMFILE'],
      hasGuardian: true,
    });
  });
});

describe('Lifeline', () => {
  const started: ChildProcess[] = [];
  let lifeline: Lifeline;

  beforeEach(() => {
    lifeline = new Lifeline({ clock: systemClock, log: silentLogger });
  });

  afterEach(async () => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    await lifeline.close();
  });

  async function startLeader(argv: readonly [string, ...string[]]): Promise<number> {
    const child = spawn(argv[0], argv.slice(1), { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    started.push(child);
    await once(child.stdout, 'data');
    return child.pid!;
  }

  it('closes at once when no group is left', async () => {
    const pid = await startLeader(programs.endsOnTerm);
    lifeline.add(pid);
    const guardian = lifeline.guardianPid!;
    lifeline.remove(pid);
    const closedAt = systemClock.now();
    await lifeline.close();
    expect(systemClock.now() - closedAt).toBeLessThan(500);
    expect([guardian, pid].map(processIsRunning)).toEqual([false, true]);
  });

  it('does not start a guardian without children', async () => {
    expect(lifeline.guardianPid).toBeNull();
    await lifeline.close();
    expect(lifeline.guardianPid).toBeNull();
  });

  it('never signals a group that was reported as gone', async () => {
    const [kept, gone] = [await startLeader(programs.endsOnTerm), await startLeader(programs.endsOnTerm)];
    for (const pid of [gone, kept]) lifeline.add(pid);
    lifeline.remove(gone);
    await lifeline.close();
    expect([kept, gone].map(processIsRunning)).toEqual([false, true]);
  });

  it('does not confuse a number with a part of another', async () => {
    const pid = await startLeader(programs.endsOnTerm);
    lifeline.add(pid);
    for (const other of [`${pid}0`, `1${pid}`, `${pid}`.slice(1)]) {
      lifeline.add(Number(other));
      lifeline.remove(Number(other));
    }
    await lifeline.close();
    expect(processIsRunning(pid)).toBe(false);
  });

  it('replaces a guardian that died, and sends the new one all groups', async () => {
    const pids = [await startLeader(programs.endsOnTerm), await startLeader(programs.endsOnTerm)];
    for (const pid of pids) lifeline.add(pid);
    const first = lifeline.guardianPid!;
    process.kill(first, 'SIGKILL');
    await vi.waitFor(() => expect(lifeline.guardianPid).toEqual(expect.any(Number)), soon);
    await vi.waitFor(() => {
      const guardian = lifeline.guardianPid;
      expect(guardian !== null && guardian !== first && processIsRunning(guardian)).toBe(true);
    }, soon);
    expect(pids.map(processIsRunning)).toEqual([true, true]);
    await lifeline.close();
    expect(pids.map(processIsRunning)).toEqual([false, false]);
  });

  it('replaces a guardian that no longer reads', async () => {
    const pid = await startLeader(programs.endsOnTerm);
    lifeline.add(pid);
    const first = lifeline.guardianPid!;
    process.kill(first, 'SIGSTOP');
    for (let round = 0; round < 40_000 && processIsRunning(first); round++) {
      lifeline.add(4_000_000_000);
      lifeline.remove(4_000_000_000);
    }
    await vi.waitFor(() => {
      const guardian = lifeline.guardianPid;
      expect(guardian !== null && guardian !== first && processIsRunning(guardian)).toBe(true);
    }, soon);
    await lifeline.close();
    expect(processIsRunning(pid)).toBe(false);
  });

  it('does not wait forever for a guardian that hangs', async () => {
    const hasty: Clock = {
      ...systemClock,
      after: (delayMs, action) => systemClock.after(delayMs / 10, action),
    };
    const impatient = new Lifeline({ clock: hasty, log: silentLogger });
    impatient.add(await startLeader(programs.endsOnTerm));
    const guardian = impatient.guardianPid!;
    process.kill(guardian, 'SIGSTOP');
    await impatient.close();
    expect(processIsRunning(guardian)).toBe(false);
  });
});
