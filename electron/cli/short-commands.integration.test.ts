/** The commands as people type them, by a new user, with the real daemon. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../e2e/fixtures/servers.ts';
import { startHttpServer, type HttpServer } from './testing/http-server.ts';
import { CommandUser } from './testing/installed-command.ts';
import { installForFile } from './testing/installed-for-file.ts';

const program = installForFile();
let user: CommandUser;
let site: HttpServer;

beforeEach(async () => {
  site = await startHttpServer();
  user = new CommandUser(program.folder, { DISPLAY: '', WAYLAND_DISPLAY: '' });
});
afterEach(async () => {
  await user.dispose();
  await site.stop();
});

const script = (name: string, line: string): string => {
  const file = path.join(user.home, name);
  writeFileSync(file, `#!/bin/sh\n${line}\n`);
  chmodSync(file, 0o755);
  return file;
};

describe('a new user', () => {
  it('learns at the first start how to create a config', async () => {
    const nothing = await user.run('start', '--all');
    expect({ ...nothing, err: nothing.err.replaceAll(user.home, '~') }).toEqual({
      code: 1,
      out: '',
      err: `error: there is no config yet; it belongs in ~/.config/localport/config.yaml
To create it, use one of these:
  localport add ssh bastion db:5432  one service; also: add kube, add tcp, add command
  localport config init              a file with examples to edit
`,
    });
    mkdirSync(path.join(user.home, '.ssh'));
    writeFileSync(path.join(user.home, '.ssh/config'), 'Host bastion\n');
    const offered = await user.run('start');
    expect(offered.code).toBe(2);
    expect(offered.err).toMatch(
      /^error: no service is named, and there is no config yet.*\n.*\n {2}localport import ssh --write /,
    );
  });

  it('turns all on, shows the status, opens one, and turns all off with the short commands', async () => {
    const port = await freePort();
    user.writeConfig(
      `name: site, technology: tcp, local_port: ${port}, remote_port: ${site.port}, connection: { host: 127.0.0.1 }, health_check: { type: http }`,
    );
    expect(await user.run('up', '--wait')).toEqual({
      code: 0,
      out: `✓ site  up on localhost:${port}\n`,
      err: '',
    });
    expect((await user.run('ps', '-o', 'text')).out).toBe((await user.run('ls', '-o', 'text')).out);
    expect((await user.run('ps', '-o', 'text')).out).toMatch(/^site\tup\thealthy\t/);
    expect(await user.run('open', 'site')).toEqual({
      code: 0,
      out: `http://localhost:${port}/\n`,
      err: 'there is no desktop here, so nothing was opened\n',
    });
    const opened = path.join(user.home, 'opened');
    script('xdg-open', `echo "$1" > '${opened}'`);
    user.env['DISPLAY'] = ':99';
    user.env['PATH'] = `${user.home}:${user.env['PATH'] ?? ''}`;
    if (process.platform === 'linux') {
      expect(await user.run('open', 'site')).toMatchObject({
        code: 0,
        out: `opening http://localhost:${port}/\n`,
      });
      expect(readFileSync(opened, 'utf8')).toBe(`http://localhost:${port}/\n`);
    }
    expect((await user.run('open', 'sit')).err).toBe(
      'error: there is no service "sit"\nDid you mean site?\n',
    );
    expect((await user.run('version')).out).toMatch(/^localport \S+\nrunning: headless \S+, pid \d+\n$/);
    expect(await user.run('down')).toEqual({ code: 0, out: '✓ site  stopped\n', err: '' });
    expect((await user.run('open', 'site')).err).toBe(
      'error: site is off\nTurn it on: localport start site\n',
    );
    const log = await user.run('logs', 'site');
    expect(log.out.replaceAll(/\d\d:\d\d:\d\d/g, 'TIME').replace(/in [\d.]+ m?s/, 'in TIME')).toBe(
      'TIME  turned on\nTIME  connected in TIME\nTIME  turned off\n',
    );
    const [first = ''] = (await user.run('logs', 'site', '-o', 'json')).out.split('\n');
    expect(JSON.parse(first)).toMatchObject({
      message: 'turned on',
      step: 'off → connecting after turned-on',
    });
  });

  it('edits the config in the editor, and immediately learns what is wrong with it, and where', async () => {
    user.writeConfig('name: a, technology: tcp, local_port: 1, remote_port: 1, connection: { host: h }');
    user.env['EDITOR'] = script('breaks', `printf 'services:\\n  - name:db\\n    technology: ssh\\n' > "$1"`);
    const broken = await user.run('config', 'edit');
    expect({ ...broken, err: broken.err.replaceAll(user.home, '~') }).toEqual({
      code: 1,
      out: '',
      err: `error: a space is missing after "name:" (config.yaml:2)
  2 |   - name:db
    |          ^
error: ~/.config/localport/config.yaml has errors
Fix them: localport config edit
`,
    });
    user.env['EDITOR'] = script('fixes', `printf 'services: []\\n' > "$1"`);
    expect(await user.run('config', 'edit')).toMatchObject({ code: 0, err: '' });
  });

  it('imports into the existing config, whose comments stay, and learns which ports changed', async () => {
    const taken = await freePort();
    mkdirSync(path.dirname(user.configFile), { recursive: true });
    const before = `# mine\nservices:\n  - {name: a, technology: tcp, local_port: ${taken}, remote_port: 1, connection: {host: h}} # kept\n`;
    writeFileSync(user.configFile, before, { mode: 0o600 });
    const file = path.join(user.home, 'ssh_config');
    writeFileSync(file, `Host bastion\n  LocalForward ${taken} db:5432\n`, { mode: 0o600 });
    const imported = await user.run('import', 'ssh', '--file', file, '--write');
    expect(imported).toMatchObject({ code: 0, err: '' });
    expect(imported.out).toMatch(
      new RegExp(
        `^added 1 service to .*config.yaml: bastion\\n.*\\n.*\\nnote: local_port differs from remote_port, as another service uses that port: bastion \\(${taken} → \\d+\\)\\n$`,
      ),
    );
    expect(readFileSync(user.configFile, 'utf8').startsWith(before)).toBe(true);
    expect((await user.run('config', 'validate')).out).toContain('valid, 2 services');
    await user.run('undo');
    expect(readFileSync(user.configFile, 'utf8')).toBe(before);
  });
});
