/**
 * The real launchd, in the real home of a Mac used for tests: agent, label, and state belong to this user, so no daemon
 * may be in use there. On other systems, `launchd-service.test.ts` simulates its answers.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../e2e/fixtures/eventually.ts';
import type { Ran } from './testing/installed-command.ts';
import { installForFile } from './testing/installed-for-file.ts';

const isMacForTests = process.platform === 'darwin' && process.env['CI'] !== undefined;
const program = installForFile();

function run(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const script = path.join(program.folder, 'localport.cjs');
    execFile(process.execPath, [script, ...args], { timeout: 100_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : (error.code ?? null), out, err });
    });
  });
}

const pidOf = async (): Promise<unknown> => {
  const { out } = await run('daemon', 'status', '-o', 'json');
  return (JSON.parse(out) as { pid: unknown }).pid;
};

/** launchd starts it with a delay. */
const runs = (): Promise<void> =>
  eventually('the daemon runs', async () => (await run('daemon', 'status')).code === 0);

describe.skipIf(!isMacForTests)('launchd on a Mac', () => {
  it('loads the agent on a new home folder and again right away, and uninstall leaves nothing of it', async () => {
    const config = path.join(program.folder, 'launchd.yaml');
    writeFileSync(config, 'services: []\n', { mode: 0o600 });
    rmSync(path.join(homedir(), 'Library/Logs/LocalPort'), { recursive: true, force: true });
    const agent = path.join(homedir(), 'Library/LaunchAgents/dev.localport.daemon.plist');
    try {
      expect(await run('daemon', 'install', '--config', config)).toMatchObject({ code: 0 });
      await runs();
      const first = await pidOf();
      expect(await run('daemon', 'install', '--config', config)).toMatchObject({ code: 0 });
      await runs();
      expect(await pidOf()).not.toBe(first);
      expect(readFileSync(agent, 'utf8')).not.toContain('/Cellar/');
      expect(await run('doctor', '-o', 'text')).toMatchObject({
        out: expect.stringMatching(/^ok\tdaemon at login\t/m) as string,
      });
    } finally {
      expect(await run('uninstall', '--yes')).toMatchObject({ code: 0 });
    }
    expect(existsSync(agent)).toBe(false);
    expect(await run('daemon', 'status')).toMatchObject({ code: 1, out: 'not running\n' });
  }, 120_000);
});
