/** Real files in a separate home folder, and a service manager that records its commands. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ok } from '../../../shared/result.ts';
import type { ControlClient } from '../../core/control/control-client.ts';
import { autostartEntry } from '../../shell/desktop-entry.ts';
import type { CommandSurroundings } from '../command-context.ts';
import { createContext } from '../command-line.ts';
import { fakeClient } from '../testing/fake-client.ts';
import { testSurroundings } from '../testing/test-context.ts';
import { uninstall } from './uninstall.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'uninstall-'));
  write('bin/systemctl', `#!/bin/sh\necho "$*" >> '${home}/told'\n`, 0o755);
  write('program/localport.cjs');
  write('elsewhere/precious');
  write('.localport.yaml', 'services: []\n', 0o600);
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const at = (name: string): string => path.join(home, name);

function write(name: string, text = '', mode = 0o600): void {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text, { mode });
}

function link(name: string, target: string): void {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  symlinkSync(target, at(name));
}

const unit = '.config/systemd/user/localport.service';
const wanted = '.config/systemd/user/default.target.wants/localport.service';

/** Everything that LocalPort creates. */
function installEverything(): void {
  write(unit, '[Service]\n');
  link(wanted, at(unit));
  write('.config/autostart/localport.desktop', autostartEntry(['/opt/LocalPort/localport']));
  write('state/desired.json', '{}');
  write('state/trust/record');
  write('logs/services/db.log');
  write('run/control.sock');
  link('bin/localport', at('program/localport.cjs'));
}

function run(yes: boolean, change: Partial<CommandSurroundings> = {}) {
  const surroundings = testSurroundings({
    homeDirectory: home,
    programFolder: at('program'),
    env: { PATH: `${at('bin')}:/bin` },
    ...change,
  });
  const context = createContext({ color: false }, surroundings);
  const done = uninstall(context, yes ? { yes } : {}, []);
  const said = (text: string): readonly string[] => text.replaceAll(home, '~').trimEnd().split('\n');
  return { done, printed: () => said(surroundings.printed()), asked: () => said(surroundings.complained()) };
}

/** Names below home, folders with a slash; without the files that the test itself has created. */
const present = (): readonly string[] =>
  readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(home, path.join(entry.parentPath, entry.name)))
    .filter((name) => !['bin/systemctl', 'program/localport.cjs', 'told'].includes(name))
    .toSorted();

describe('uninstall', () => {
  it('removes everything that LocalPort created, and says what is left', async () => {
    installEverything();
    const { done, printed } = run(true);
    expect(await done).toBe(0);
    expect(present()).toEqual(['.localport.yaml', 'elsewhere/precious']);
    expect(printed()).toEqual([
      `removed ~/${wanted}`,
      `removed ~/${unit}`,
      'removed ~/.config/autostart/localport.desktop',
      'removed ~/bin/localport',
      'removed ~/logs',
      'removed ~/run',
      'removed ~/state',
      'What is left:',
      '  your config: ~/.localport.yaml',
      '  passwords that you stored: in the Secret Service, as localport; localport secret remove NAME removes one',
      '  the program: ~',
    ]);
    expect(readFileSync(at('told'), 'utf8')).toBe('--user stop localport.service\n--user daemon-reload\n');
  });

  it('asks once, and removes nothing without a yes', async () => {
    installEverything();
    const before = present();
    const questions: string[] = [];
    const confirm = (question: string): Promise<boolean> => {
      questions.push(question);
      return Promise.resolve(false);
    };
    const refused = run(false, { confirm });
    await expect(refused.done).rejects.toMatchObject({ message: 'nothing was removed' });
    expect(questions).toEqual(['Remove all of this? [y/N] ']);
    expect(refused.asked()).toContainEqual(expect.stringMatching(/^ {2}~\/state +state: on\/off choices, /));
    await expect(run(false).done).rejects.toMatchObject({
      message: 'this would stop LocalPort and remove its files',
      hint: expect.stringMatching(/localport uninstall --yes$/) as unknown,
    });
    expect(present()).toEqual(before);
    expect(await run(false, { confirm: () => Promise.resolve(true) }).done).toBe(0);
    expect(present()).toEqual(['.localport.yaml', 'elsewhere/precious']);
  });

  it('follows no link, removes no other program, and names what it could not remove', async () => {
    link('state', at('elsewhere'));
    write('logs/localport.log');
    link('logs/services', at('elsewhere'));
    link('bin/localport', at('elsewhere/precious'));
    link('.local/bin/localport', '/Applications/LocalPort.app/Contents/Resources/cli/localport.cjs');
    write('.config/autostart/localport.desktop', '[Desktop Entry]\nName=Another LocalPort\n');
    write('run', 'a file');
    const { done, printed } = run(true);
    expect(await done).toBe(0);
    expect(present()).toEqual([
      '.config/autostart/localport.desktop',
      '.localport.yaml',
      'bin/localport',
      'elsewhere/precious',
      'run',
      'state',
    ]);
    expect(printed()).toEqual([
      'removed ~/.local/bin/localport',
      'removed ~/logs',
      'What is left:',
      '  ~/.config/autostart/localport.desktop was not written by LocalPort',
      '  ~/bin/localport is a link to ~/elsewhere/precious, which is another program: npm unlink, if npm made it',
      '  ~/run is not a folder',
      '  ~/state is a link to ~/elsewhere, and links are not followed',
      ...printed().slice(-3),
    ]);
  });

  it('stops a running host before it removes anything, and removes nothing if that fails', async () => {
    installEverything();
    const before = present();
    let seen: readonly string[] = [];
    const client = (outcome: 'stops' | 'fails'): ControlClient => ({
      ...fakeClient({}),
      // Above the highest that Linux assigns (proc(5), pid_max): no process has it.
      host: { ...fakeClient({}).host, pid: 2 ** 22 + 1 },
      request: () => Promise.resolve({ ok: false, error: { code: 'stopping', message: 'it is busy' } }),
      stream: () => {
        seen = present();
        return Promise.resolve(
          outcome === 'stops'
            ? ok(undefined)
            : { ok: false, error: { code: 'host-failed', message: 'it does not stop' } },
        );
      },
    });
    const failed = run(true, { connect: () => Promise.resolve(ok(client('fails'))) });
    await expect(failed.done).rejects.toMatchObject({ message: 'it does not stop' });
    expect(present()).toEqual(before);
    expect(await run(true, { connect: () => Promise.resolve(ok(client('stops'))) }).done).toBe(0);
    expect(seen).toEqual(before);
    expect(existsSync(at('state'))).toBe(false);
  });

  it('has nothing to do if nothing is there, as after a first uninstall', async () => {
    const { done, printed } = run(true);
    expect(await done).toBe(0);
    expect(printed().slice(0, 2)).toEqual(['There is nothing to remove.', 'What is left:']);
  });

  // A real launchd would be called.
  it.skipIf(existsSync('/bin/launchctl'))(
    'says on a Mac what only the app or the user can remove',
    async () => {
      write('Library/LaunchAgents/dev.localport.daemon.plist', '<plist/>');
      write('Library/Caches/dev.localport.app/Cache.db');
      const { done, printed } = run(true, { platform: 'darwin' });
      expect(await done).toBe(0);
      expect(printed()).toEqual([
        'removed ~/Library/LaunchAgents/dev.localport.daemon.plist',
        'What is left:',
        '  your config: ~/.localport.yaml',
        '  passwords that you stored: in Keychain Access, search for localport',
        "  files of the app's browser: ~/Library/Caches/dev.localport.app",
        '  open at login, if you turned it on: remove LocalPort in System Settings › General › Login Items & Extensions',
        '  the program: ~/program',
      ]);
    },
  );
});
