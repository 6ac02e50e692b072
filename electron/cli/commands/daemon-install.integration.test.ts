/** A fake service manager: it records its commands, and answers as the test says. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ok } from '../../../shared/result.ts';
import type { CommandSurroundings } from '../command-context.ts';
import { createContext } from '../command-line.ts';
import { fakeClient } from '../testing/fake-client.ts';
import { testSurroundings } from '../testing/test-context.ts';
import { daemonInstall, daemonUninstall } from './daemon-install.ts';

let home: string;
let told: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'install-'));
  told = path.join(home, 'told');
  writeFileSync(path.join(home, 'daemon.cjs'), '');
  mkdirSync(path.join(home, 'bin'));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

/** `answer`: what systemctl does after it has recorded its arguments, a line of shell. */
function giveSystemctl(answer: string): void {
  const script = `#!/bin/sh\necho "$*" >> '${told}'\n${answer}\n`;
  writeFileSync(path.join(home, 'bin/systemctl'), script, { mode: 0o755 });
}

function commands(change: Partial<CommandSurroundings> = {}) {
  const surroundings = testSurroundings({
    homeDirectory: home,
    programFolder: home,
    env: { PATH: `${path.join(home, 'bin')}:/bin` },
    ...change,
  });
  const context = createContext({ color: false }, surroundings);
  return {
    install: () => daemonInstall(context, { start: true }, []),
    uninstall: () => daemonUninstall(context, {}, []),
    said: () => surroundings.complained().replaceAll(home, '~'),
  };
}

const takeTold = (): readonly string[] => {
  const lines = existsSync(told) ? readFileSync(told, 'utf8').trim().split('\n') : [];
  rmSync(told, { force: true });
  return lines;
};

const unit = '.config/systemd/user/localport.service';
const wanted = '.config/systemd/user/default.target.wants/localport.service';

describe('daemon install', () => {
  it('makes systemd load the unit and start it, stops an existing one first, and can be undone', async () => {
    giveSystemctl('exit 0');
    const { install, uninstall } = commands();
    expect(await install()).toBe(0);
    expect(takeTold()).toEqual(['--user daemon-reload', '--user start localport.service']);
    expect(readlinkSync(path.join(home, wanted))).toBe(path.join(home, unit));
    expect(await install()).toBe(0);
    expect(takeTold()[0]).toBe('--user stop localport.service');
    expect(await uninstall()).toBe(0);
    expect(takeTold()).toEqual(['--user stop localport.service', '--user daemon-reload']);
    expect([existsSync(path.join(home, unit)), existsSync(path.join(home, wanted))]).toEqual([false, false]);
  });

  it('fails with the message of systemd if it does not start the daemon, and keeps the unit for the next login', async () => {
    giveSystemctl('echo "Failed to connect to bus" >&2; exit 1');
    await expect(commands().install()).rejects.toMatchObject({
      message: 'systemd did not start the daemon: Failed to connect to bus',
      hint: expect.stringMatching(
        /localport\.service is written, and starts the daemon from your next login on/,
      ) as unknown,
    });
    expect(existsSync(path.join(home, unit))).toBe(true);
  });

  it('runs the daemon by a path that an update of Node does not remove', async () => {
    giveSystemctl('exit 0');
    const link = path.join(home, 'bin', path.basename(process.execPath));
    symlinkSync(process.execPath, link);
    expect(await commands().install()).toBe(0);
    expect(readFileSync(path.join(home, unit), 'utf8')).toContain(
      `ExecStart=${link} --optimize-for-size --max-semi-space-size=16 ${home}/daemon.cjs `,
    );
  });

  it.each(['private/var/folders/x/AppTranslocation/1-2/d/LocalPort.app/Contents/Resources/cli'])(
    'is refused on a Mac from %s, which is gone at the next login',
    async (place) => {
      const programFolder = path.join(home, place);
      mkdirSync(programFolder, { recursive: true });
      writeFileSync(path.join(programFolder, 'daemon.cjs'), '');
      await expect(commands({ platform: 'darwin', programFolder }).install()).rejects.toMatchObject({
        message: `LocalPort runs from a folder that may be gone at your next login: ${programFolder}`,
        hint: expect.stringMatching(/^Move LocalPort to the Applications folder/) as unknown,
      });
      expect(existsSync(path.join(home, 'Library'))).toBe(false);
    },
  );

  it('says that the daemon exits while another LocalPort is running', async () => {
    giveSystemctl('exit 0');
    const host = { ...fakeClient({}).host, kind: 'menu-bar', version: '1.2.3', pid: 7 } as const;
    const { install, said } = commands({ connect: () => Promise.resolve(ok({ ...fakeClient({}), host })) });
    expect(await install()).toBe(0);
    expect(said()).toContain(
      'LocalPort is already running (menu-bar 1.2.3, pid 7): the daemon exits while that one is running\n',
    );
  });

  // A real launchd would start it.
  it.skipIf(existsSync('/bin/launchctl'))(
    'writes an agent for launchd on a Mac, and says if launchd is missing',
    async () => {
      const { install, uninstall, said } = commands({ platform: 'darwin' });
      expect(await install()).toBe(0);
      // launchd opens the output file before it starts the daemon, and does not create its folder.
      expect(statSync(path.join(home, 'logs')).mode & 0o777).toBe(0o700);
      const agent = path.join(home, 'Library/LaunchAgents/dev.localport.daemon.plist');
      expect(readFileSync(agent, 'utf8')).toContain('<string>--unless-running</string>');
      expect(said()).toBe(
        '/bin/launchctl was not found; ~/Library/LaunchAgents/dev.localport.daemon.plist is written, and starts the daemon from your next login on.\n',
      );
      expect(await uninstall()).toBe(0);
      expect(existsSync(agent)).toBe(false);
    },
  );
});
