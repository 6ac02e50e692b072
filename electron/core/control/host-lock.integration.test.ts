import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleProgram } from '../process/testing/bundled-program.ts';
import { findLockHolder, takeHostLock, type HostLock } from './host-lock.ts';

let folder: string;
let lockPath: string;
const owners = new Set<ChildProcess>();

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lock-'));
  lockPath = path.join(folder, 'host.lock');
});

afterEach(async () => {
  await Promise.all([...owners].map((owner) => kill(owner)));
  rmSync(folder, { recursive: true, force: true });
});

const take = (...others: readonly string[]) =>
  takeHostLock({
    paths: [lockPath, ...others],
    kind: 'menu-bar',
    version: '1.2.3',
    socketPath: '/run/c.sock',
    now: 0,
  });

/** A process that takes the lock, prints the result, and keeps running. */
function startOwner(program: string): { readonly child: ChildProcess; readonly said: Promise<string> } {
  const child = spawn(process.execPath, [program, lockPath], { stdio: ['ignore', 'pipe', 'inherit'] });
  owners.add(child);
  return { child, said: once(createInterface(child.stdout), 'line').then(([line]) => String(line)) };
}

async function kill(owner: ChildProcess): Promise<void> {
  owners.delete(owner);
  if (owner.exitCode !== null || owner.signalCode !== null) return;
  owner.kill('SIGKILL');
  await once(owner, 'exit');
}

const program = (): string => bundleProgram(path.join(import.meta.dirname, 'testing/lock-owner.ts'), folder);
const locks = (): readonly string[] => readdirSync(folder).filter((name) => name.startsWith('host.lock'));

function taken(result: Awaited<ReturnType<typeof take>>): HostLock {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

describe('the host lock', () => {
  it('is held until it is released, and names its holder', async () => {
    const lock = taken(await take());
    expect(await take()).toEqual({
      ok: false,
      error: {
        code: 'runs-already',
        message:
          `LocalPort 1.2.3 is already running, as the menu-bar app: process ${process.pid}, since 1970-01-01T00:00:00Z. ` +
          'Stop it first: localport daemon stop',
      },
    });
    expect(await findLockHolder(lockPath)).toMatchObject({ pid: process.pid, socketPath: '/run/c.sock' });
    await lock.release();
    expect(await findLockHolder(lockPath)).toBeNull();
    await taken(await take()).release();
    expect(locks()).toEqual([]);
  });

  it('is held at all its paths or at none', async () => {
    const other = path.join(folder, 'host.lock.of-state');
    const first = taken(await take(other));
    expect(locks()).toEqual(['host.lock', 'host.lock.of-state']);
    rmSync(lockPath);
    expect(await take(other)).toMatchObject({ error: { code: 'runs-already' } });
    expect(locks()).toEqual(['host.lock.of-state']);
    await first.release();
    expect(locks()).toEqual([]);
  });

  it('skips a second path that cannot be written, but not the first', async () => {
    const nowhere = path.join(folder, 'a-file/host.lock');
    writeFileSync(path.join(folder, 'a-file'), '');
    const lock = taken(await take(nowhere));
    expect(locks()).toEqual(['host.lock']);
    await lock.release();
    lockPath = nowhere;
    expect(await take()).toMatchObject({ error: { code: 'failed' } });
  });

  it('names a living process, and is taken over after that was killed', async () => {
    const owner = startOwner(program());
    expect(await owner.said).toBe('taken');
    expect(await take()).toMatchObject({
      error: { message: expect.stringContaining(`process ${owner.child.pid},`) as string },
    });
    await kill(owner.child);
    expect(await findLockHolder(lockPath)).toBeNull();
    await taken(await take()).release();
    expect(locks()).toEqual([]);
  });

  it.each([
    ['another process has its pid by now', { startTime: '1' }],
    ['the computer was started anew', { bootId: 'another' }],
  ])('is stale when %s', async (_, change) => {
    taken(await take());
    const record = JSON.parse(readFileSync(lockPath, 'utf8')) as object;
    writeFileSync(lockPath, JSON.stringify({ ...record, ...change }));
    await taken(await take()).release();
  });

  it.each(['', '{"pid":', '{"pid":1}'])('is stale when damaged: %j', async (text) => {
    writeFileSync(lockPath, text, { mode: 0o600 });
    await taken(await take()).release();
  });

  it('is refused if others can write the file', async () => {
    writeFileSync(lockPath, '{}');
    chmodSync(lockPath, 0o666);
    expect(await take()).toEqual({
      ok: false,
      error: {
        code: 'failed',
        message: `the lock ${lockPath} cannot be taken: ${lockPath} is writable by others`,
      },
    });
  });

  it('goes to exactly one of many concurrent starters, stale or free', async () => {
    for (let round = 0; round < 40; round++) {
      if (round % 2 === 0) writeFileSync(lockPath, `stale ${round}`, { mode: 0o600 });
      const results = await Promise.all(Array.from({ length: 8 }, () => take()));
      const winners = results.filter((result) => result.ok);
      expect(winners).toHaveLength(1);
      await winners[0]?.value.release();
      expect(locks()).toEqual([]);
    }
  });

  it('goes to exactly one of several processes after the holder was killed', async () => {
    const file = program();
    const first = startOwner(file);
    expect(await first.said).toBe('taken');
    await kill(first.child);
    const starters = Array.from({ length: 6 }, () => startOwner(file));
    const said = await Promise.all(starters.map((starter) => starter.said));
    expect(said.filter((word) => word === 'taken')).toHaveLength(1);
    const winner = starters[said.indexOf('taken')]?.child.pid;
    expect(said.filter((word) => word.includes(`process ${winner},`))).toHaveLength(5);
  });

  it('is taken over from a process that died while taking over', async () => {
    writeFileSync(lockPath, 'stale', { mode: 0o600 });
    const hash = createHash('sha256').update('stale').digest('hex').slice(0, 16);
    writeFileSync(`${lockPath}.after-${hash}`, 'stale, too', { mode: 0o600 });
    await taken(await take()).release();
    expect(locks()).toEqual([]);
  });
});
