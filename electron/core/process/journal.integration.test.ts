import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { access, chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { Journal, type JournalRecord, readJournal } from './journal.ts';
import { bootId, identifyProcesses } from './process-identity.ts';
import { reapLeftovers } from './reaper.ts';
import { programs } from './testing/misbehaving-programs.ts';
import { processIsRunning } from './testing/process-watch.ts';

describe('Journal and reaper', () => {
  const started: ChildProcess[] = [];
  let folder: string;
  let path: string;
  let warnings: string[];
  const log = { ...silentLogger, warn: (message: string) => warnings.push(message) };
  const reap = async (): Promise<number[]> =>
    (await reapLeftovers(path, { clock: systemClock, log })).map(({ pid }) => pid);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'localport-journal-'));
    path = join(folder, 'children.json');
    warnings = [];
  });

  afterEach(async () => {
    for (const child of started.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit');
        process.kill(-child.pid!, 'SIGKILL');
        await exited;
      }
    }
    await rm(folder, { recursive: true });
  });

  /** A child of ours in place of one from an earlier run. */
  async function startLeader(argv: readonly [string, ...string[]]): Promise<number> {
    const child = spawn(argv[0], argv.slice(1), { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    started.push(child);
    await once(child.stdout, 'data');
    return child.pid!;
  }

  async function writtenRecord(...pgids: number[]): Promise<JournalRecord> {
    // The run that wrote it crashed: the journal is never closed, and never written again.
    const clock = new FakeClock();
    const journal = new Journal({ path, clock, log });
    for (const pgid of pgids) journal.add(pgid);
    await journal.written();
    clock.crash();
    const record = readJournal(path);
    if (!record.ok || record.value === null) throw new Error('nothing was written');
    return record.value;
  }

  const rewrite = (record: object): Promise<void> => writeFile(path, JSON.stringify(record), { mode: 0o600 });

  it('records the living children, readable only by the user', async () => {
    const pid = await startLeader(programs.endsOnTerm);
    const record = await writtenRecord(pid);
    const identity = (await identifyProcesses([pid])).get(pid);
    expect(record).toEqual({ version: 1, bootId: await bootId(), children: [identity] });
    expect(identity).toMatchObject({ pid, pgid: pid, command: programs.endsOnTerm.join(' ') });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('does not log the arguments of processes that it ends: they may hold secrets', async () => {
    await writtenRecord(await startLeader(['sh', '-c', 'echo ready; sleep 60; : hunter2']));
    const told: string[] = [];
    await reapLeftovers(path, { clock: systemClock, log: { ...log, info: (message) => told.push(message) } });
    expect(told).toEqual([
      expect.stringMatching(/^reaper: ending process group \d+, left by an earlier run: sh$/),
    ]);
  });

  it('forgets a child that has ended, and is removed by a clean shutdown', async () => {
    const pid = await startLeader(programs.endsOnTerm);
    const journal = new Journal({ path, clock: systemClock, log });
    journal.add(pid);
    journal.remove(pid);
    await journal.written();
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ children: [] });
    await journal.close();
    await expect(access(path)).rejects.toThrow('ENOENT');
  });

  it('records the program that a wrapper has become', async () => {
    const child = spawn('/bin/sh', ['-c', 'read -r line; exec sleep 60'], {
      detached: true,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    started.push(child);
    const journal = new Journal({ path, clock: systemClock, log });
    journal.add(child.pid!);
    await journal.written();
    expect(await readFile(path, 'utf8')).toContain('read -r line');
    child.stdin.write('go\n');
    await vi.waitFor(async () => expect(await readFile(path, 'utf8')).toContain('"sleep 60"'), {
      timeout: 5_000,
    });
    journal.remove(child.pid!);
    await journal.close();
  });

  it('shares one write among many changes', async () => {
    const pid = await startLeader(programs.endsOnTerm);
    const journal = new Journal({ path, clock: systemClock, log });
    const replacements: string[] = [];
    const watcher = watch(folder, (event, name) => {
      if (event === 'rename' && name === basename(path)) replacements.push(name);
    });
    try {
      for (let change = 0; change < 100; change++) {
        journal.add(pid);
        journal.remove(pid);
      }
      journal.add(pid);
      await journal.written();
      await vi.waitFor(() => expect(replacements).not.toEqual([]));
      expect(replacements.length).toBeLessThanOrEqual(2);
      expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ children: [{ pid }] });
    } finally {
      watcher.close();
      journal.remove(pid);
      await journal.close();
    }
  });

  it('ends exactly the leftovers of an earlier run, including stubborn grandchildren', async () => {
    const polite = await startLeader(programs.endsOnTerm);
    const stubborn = await startLeader(programs.leavesStubbornGrandchild);
    const stranger = await startLeader(programs.endsOnTerm);
    await writtenRecord(polite, stubborn);
    expect(await reap()).toEqual([polite, stubborn]);
    expect([polite, stubborn, stranger].map(processIsRunning)).toEqual([false, false, true]);
    await expect(access(path)).rejects.toThrow('ENOENT');
    expect(warnings).toEqual([]);
  });

  it.each([
    ['another start time', (record: JournalRecord) => editChild(record, { startTime: '1' })],
    ['another command', (record: JournalRecord) => editChild(record, { command: 'sleep 61' })],
    ['another boot', (record: JournalRecord) => ({ ...record, bootId: 'an earlier one' })],
    ['a group that it does not lead', (record: JournalRecord) => editChild(record, { pgid: 2 })],
  ])('does not touch a process with %s', async (_what, edit) => {
    const pid = await startLeader(programs.endsOnTerm);
    await rewrite(edit(await writtenRecord(pid)));
    expect(await reap()).toEqual([]);
    expect(processIsRunning(pid)).toBe(true);
  });

  it('ignores a journal that is damaged, and says so', async () => {
    const pid = await startLeader(programs.endsOnTerm);
    const record = await writtenRecord(pid);
    for (const text of ['', '{"version":1', '{"version":1}', JSON.stringify({ ...record, version: 2 })]) {
      await writeFile(path, text);
      expect(await reap()).toEqual([]);
    }
    await rewrite(editChild(record, { pid: 1, pgid: 1 }));
    expect(await reap()).toEqual([]);
    expect(processIsRunning(pid)).toBe(true);
    expect(warnings).toHaveLength(5);
  });

  it('ignores a journal that is a link or writable by others, and says so', async () => {
    const pid = await startLeader(programs.endsOnTerm);
    await writtenRecord(pid);
    await chmod(path, 0o666);
    expect(await reap()).toEqual([]);
    await chmod(path, 0o600);
    const real = join(folder, 'real.json');
    await writeFile(real, await readFile(path), { mode: 0o600 });
    await rm(path);
    await symlink(real, path);
    expect(await reap()).toEqual([]);
    expect(processIsRunning(pid)).toBe(true);
    expect(warnings.map((warning) => warning.replace(path, 'FILE'))).toEqual([
      'reaper: ignoring the journal: FILE is writable by others',
      'reaper: ignoring the journal: FILE is a symbolic link',
    ]);
  });

  it('does nothing if there is no journal', async () => {
    expect(await reap()).toEqual([]);
    expect(warnings).toEqual([]);
  });
});

function editChild(record: JournalRecord, edit: object): object {
  return { ...record, children: record.children.map((child) => ({ ...child, ...edit })) };
}
