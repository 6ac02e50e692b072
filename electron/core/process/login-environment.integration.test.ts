import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Clock, systemClock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { type LoginEnvironment, createLoginEnvironment } from './login-environment.ts';
import { processIsRunning } from './testing/process-watch.ts';

const never = new AbortController().signal;
/** Runs ten times faster. */
const hastyClock: Clock = {
  ...systemClock,
  after: (delayMs, action) => systemClock.after(delayMs / 10, action),
};

describe('LoginEnvironment', () => {
  let home: string;
  let cachePath: string;
  let warnings: string[];

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'localport-login-'));
    cachePath = join(home, 'environment.json');
    warnings = [];
  });

  afterEach(() => rm(home, { recursive: true }));

  function create(shell: string, more: { env?: NodeJS.ProcessEnv; clock?: Clock } = {}): LoginEnvironment {
    return createLoginEnvironment({
      processEnv: { HOME: home, PATH: '/usr/bin:/bin', ...more.env },
      shell,
      cachePath,
      clock: more.clock ?? systemClock,
      log: { ...silentLogger, warn: (message) => warnings.push(message.replaceAll(home, 'HOME')) },
    });
  }

  /** A shell that runs `rc` and then its command, its fourth argument. */
  async function fakeShell(rc: string): Promise<string> {
    const path = join(home, 'fake-shell');
    await writeFile(path, `#!/bin/sh\n${rc}\neval "$4"\n`, { mode: 0o700 });
    return path;
  }

  const rcFiles = [
    ['/bin/sh', '.profile', 'export FROM_RC="a b"; PATH=/from/rc:$PATH'],
    ['/bin/bash', '.bash_profile', 'export FROM_RC="a b"; PATH=/from/rc:$PATH'],
    ['/bin/zsh', '.zshrc', 'export FROM_RC="a b"; PATH=/from/rc:$PATH'],
    ['/bin/tcsh', '.tcshrc', 'setenv FROM_RC "a b"; setenv PATH /from/rc:$PATH'],
    ['/usr/bin/fish', '.config/fish/config.fish', 'set -gx FROM_RC "a b"; set -gx PATH /from/rc $PATH'],
  ] as const;

  for (const [shell, file, text] of rcFiles) {
    it.skipIf(!existsSync(shell))(`contains what the startup files of ${shell} set`, async () => {
      await mkdir(dirname(join(home, file)), { recursive: true });
      await writeFile(join(home, file), `echo welcome\n${text}\n`);
      const login = create(shell);
      expect(await login.capture(never)).toBe('captured');
      expect(login.current()['FROM_RC']).toBe('a b');
      expect(login.current()['PATH']).toMatch(/^\/from\/rc:/);
      expect(warnings).toEqual([]);
    });
  }

  it('asks another shell for a user of nushell, which does not print its environment', async () => {
    for (const file of ['.zshrc', '.bash_profile', '.profile'])
      await writeFile(join(home, file), 'export FROM_RC=1\n');
    const login = create('/opt/homebrew/bin/nu');
    expect(await login.capture(never)).toBe('captured');
    expect(login.current()['FROM_RC']).toBe('1');
    expect(warnings).toEqual([]);
  });

  it('is the inherited environment and the usual folders until the shell has answered', async () => {
    const login = create(await fakeShell('export LATER=1'), {
      env: { KEPT: 'yes', ELECTRON_RUN_AS_NODE: '1' },
    });
    expect(login.current()['KEPT']).toBe('yes');
    expect(login.current()['PATH']).toMatch(/^\/usr\/bin:\/bin:.*homebrew/);
    expect(Object.keys(login.current())).not.toContain('ELECTRON_RUN_AS_NODE');
    await login.capture(never);
    expect(login.current()).toMatchObject({ KEPT: 'yes', LATER: '1' });
  });

  it('ignores noise before and after, large and binary', async () => {
    const noise = 'head -c 3000000 /dev/urandom; printf "BEGIN-\\nEND-"; head -c 100000 /dev/urandom >&2';
    const login = create(await fakeShell(`${noise}; export FROM_RC=1; trap '${noise}' EXIT`));
    expect(await login.capture(never)).toBe('captured');
    expect(login.current()['FROM_RC']).toBe('1');
  });

  it('knows when the shell last answered, also in an earlier run', async () => {
    const before = Date.now();
    const login = create(await fakeShell('export A=1'));
    expect(login.capturedAt()).toBeNull();
    await login.capture(never);
    expect(login.capturedAt()).toBeGreaterThanOrEqual(before);
    expect(create('/no/such/shell').capturedAt()).toBeGreaterThan(before - 1_000);
  });

  it('sets a variable for rc files, which children do not get', async () => {
    const login = create(await fakeShell('export SEEN="$LOCALPORT_RESOLVING_ENVIRONMENT"'));
    await login.capture(never);
    expect(login.current()['SEEN']).toBe('1');
    expect(Object.keys(login.current())).not.toContain('LOCALPORT_RESOLVING_ENVIRONMENT');
  });

  it('gives up on a shell that hangs after two attempts and leaves no process behind', async () => {
    const shell = await fakeShell(
      'trap "" TERM; echo $$ >> "$HOME/pids"; sleep 60 & echo $! >> "$HOME/pids"; wait',
    );
    const login = create(shell, { clock: hastyClock });
    expect(await login.capture(never)).toBe('failed');
    const pids = (await readFile(join(home, 'pids'), 'utf8')).trim().split('\n').map(Number);
    expect(pids.map(processIsRunning)).toEqual([false, false, false, false]);
    expect(warnings).toEqual(
      [1, 2].map(
        (n) =>
          `login environment: HOME/fake-shell did not give it: it took longer than 10 s (attempt ${n} of 2)`,
      ),
    );
    expect(login.current()['PATH']).toContain('/usr/bin');
  });

  it('tries once more when the first attempt fails', async () => {
    const login = create(
      await fakeShell('[ -e "$HOME/tried" ] || { touch "$HOME/tried"; exit 3; }; export FROM_RC=1'),
    );
    expect(await login.capture(never)).toBe('captured');
    expect(warnings).toEqual([
      'login environment: HOME/fake-shell did not give it: it ended with exit code 3 before it printed its environment (attempt 1 of 2)',
    ]);
  });

  it('fails on a shell that does not exist', async () => {
    expect(await create('/no/such/shell').capture(never)).toBe('failed');
    expect(warnings[0]).toContain('ENOENT');
  });

  it('does not wait for background processes of an rc file', async () => {
    const login = create(await fakeShell('sleep 60 & echo $! > "$HOME/pid"; export FROM_RC=1'));
    expect(await login.capture(never)).toBe('captured');
    expect(processIsRunning(Number(await readFile(join(home, 'pid'), 'utf8')))).toBe(false);
  });

  it('ends the shell at once when it is canceled', async () => {
    const abort = new AbortController();
    const login = create(await fakeShell('trap "" TERM; echo $$ > "$HOME/pid"; sleep 60'));
    const capture = login.capture(abort.signal);
    await vi.waitFor(async () => expect(await readFile(join(home, 'pid'), 'utf8')).toMatch(/\n$/), {
      timeout: 5_000,
    });
    const abortedAt = systemClock.now();
    abort.abort();
    expect(await capture).toBe('failed');
    expect(systemClock.now() - abortedAt).toBeLessThan(1_000);
    expect(processIsRunning(Number(await readFile(join(home, 'pid'), 'utf8')))).toBe(false);
  });

  it('asks once for two concurrent callers, and again for a later one', async () => {
    const login = create(await fakeShell('echo asked >> "$HOME/asked"'));
    await Promise.all([login.capture(never), login.capture(never)]);
    expect(await readFile(join(home, 'asked'), 'utf8')).toBe('asked\n');
    await login.capture(never);
    expect(await readFile(join(home, 'asked'), 'utf8')).toBe('asked\nasked\n');
  });

  it('remembers the last good answer for the next start, without secrets, for its owner only', async () => {
    const shell = await fakeShell('export KUBECONFIG=/k API_TOKEN=x PATH=/from/rc:$PATH');
    await create(shell).capture(never);
    expect((await stat(cachePath)).mode & 0o777).toBe(0o600);
    const next = create(shell, { env: { DISPLAY: ':1' } }).current();
    expect(next).toMatchObject({ KUBECONFIG: '/k', DISPLAY: ':1' });
    expect(next['PATH']).toMatch(/^\/from\/rc:/);
    expect(Object.keys(next)).not.toContain('API_TOKEN');
  });

  it('keeps all other variables in memory only, and ignores them in the cache of an earlier version', async () => {
    const shell = await fakeShell('export DB_HOST=db.internal STRIPE=sk_live_4eC39 LANG=C.UTF-8');
    const login = create(shell);
    await login.capture(never);
    expect(login.current()).toMatchObject({ DB_HOST: 'db.internal', STRIPE: 'sk_live_4eC39' });
    expect(JSON.parse(await readFile(cachePath, 'utf8'))).toEqual({ LANG: 'C.UTF-8' });
    await writeFile(cachePath, '{"STRIPE":"sk_live_4eC39","AWS_PROFILE":"dev"}', { mode: 0o600 });
    const next = create(shell).current();
    expect([next['AWS_PROFILE'], next['STRIPE']]).toEqual(['dev', undefined]);
  });

  it('ignores a cache that is damaged, a link, or writable by others', async () => {
    await writeFile(cachePath, '{"PATH":');
    create('/bin/sh');
    await writeFile(cachePath, '{"LC_EVIL":"1"}');
    await chmod(cachePath, 0o666);
    const open = create('/bin/sh').current();
    await chmod(cachePath, 0o600);
    await symlink(cachePath, join(home, 'link'));
    cachePath = join(home, 'link');
    const linked = create('/bin/sh').current();
    expect([open, linked].map((environment) => environment['LC_EVIL'])).toEqual([undefined, undefined]);
    expect(warnings).toEqual([
      'login environment: ignoring the cache: HOME/environment.json is damaged',
      'login environment: ignoring the cache: HOME/environment.json is writable by others',
      'login environment: ignoring the cache: HOME/link is a symbolic link',
    ]);
  });
});
