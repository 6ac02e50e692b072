/** A machine with several users and no XDG_RUNTIME_DIR: another user takes the place of our sockets before we do. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../e2e/fixtures/eventually.ts';
import { bundleProgram } from '../core/process/testing/bundled-program.ts';
import { CommandUser } from './testing/installed-command.ts';
import { installForFile } from './testing/installed-for-file.ts';

const uid = process.getuid!();
const stranger = 1234;
const program = installForFile();
let shared: string;
let user: CommandUser;
let fake: ChildProcess | null;
let said: string;

beforeEach(() => {
  shared = mkdtempSync(path.join(tmpdir(), 'shared-'));
  chmodSync(shared, 0o1777);
  // An empty one counts as not set.
  user = new CommandUser(program.folder, { XDG_RUNTIME_DIR: '', TMPDIR: shared });
  user.writeConfig();
  fake = null;
  said = '';
});

afterEach(async () => {
  await user.dispose();
  if (fake !== null && fake.exitCode === null) {
    fake.kill('SIGKILL');
    await once(fake, 'close');
  }
  rmSync(shared, { recursive: true, force: true });
});

const squatted = (): string => path.join(shared, `localport-${uid}`);
const ownSocket = (): string => path.join(user.stateDirectory, 'run/control.sock');

async function startFake(): Promise<void> {
  const file = bundleProgram(path.join(import.meta.dirname, 'testing/fake-host-program.ts'), shared, 'fake');
  fake = spawn(process.execPath, [file, squatted(), String(stranger)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  fake.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await eventually('it is ready', () => said === 'ready\n');
}

async function isRunning(): Promise<boolean> {
  const { out } = await user.run('daemon', 'status', '-o', 'json');
  return (JSON.parse(out) as { running: boolean }).running;
}

describe.runIf(uid === 0)("another user's fake host", () => {
  it('is never used; the real one runs elsewhere, and is found there', async () => {
    await startFake();
    expect(await isRunning()).toBe(false);
    expect(await user.run('daemon', 'start')).toMatchObject({ code: 0 });
    expect(existsSync(ownSocket())).toBe(true);
    expect(await isRunning()).toBe(true);
    expect(said).toBe('ready\n');
  });

  it('may go away, and the real one is still found', async () => {
    await startFake();
    await user.run('daemon', 'start');
    rmSync(squatted(), { recursive: true });
    // Now the default place is free, and the lock names the host's socket.
    expect(await isRunning()).toBe(true);
    expect(await user.run('daemon', 'stop')).toMatchObject({ code: 0 });
    expect(existsSync(ownSocket())).toBe(false);
    await user.run('daemon', 'start');
    expect(existsSync(path.join(squatted(), 'control.sock'))).toBe(true);
  });
});
