/** Adding and editing at a terminal, where a user answers, without a host. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort, startEchoServer } from '../../e2e/fixtures/servers.ts';
import { unknownNameTitle } from '../../e2e/fixtures/unknown-name.ts';
import { systemClock as clock } from '../core/clock.ts';
import { runCommandLine } from './command-line.ts';
import { testSurroundings } from './testing/test-context.ts';

let home: string;
let file: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'edit-'));
  file = path.join(home, 'config.yaml');
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

async function type(words: readonly string[], answers: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const questions: string[] = [];
  const left = [...answers];
  const answer = (question: string): string => {
    questions.push(question);
    return left.shift() ?? '';
  };
  const surroundings = testSurroundings({
    homeDirectory: home,
    clock,
    env: { PATH: process.env['PATH'], ...env },
    workingDirectory: home,
    prompt: (question) => Promise.resolve(answer(question)),
    confirm: (question) => Promise.resolve(answer(question) === 'y'),
  });
  const code = await runCommandLine(words, surroundings);
  return { code, questions, out: surroundings.printed(), err: surroundings.complained() };
}

const text = (): string => readFileSync(file, 'utf8');

describe('at a terminal', () => {
  it('asks for missing fields', async () => {
    const added = await type(['add', 'ssh'], ['me@bastion', 'db:5432']);
    expect(added).toMatchObject({ code: 0, err: '' });
    expect(added.questions).toHaveLength(2);
    expect(text()).toMatch(
      /^ {2}- name: db\n {4}technology: ssh\n {4}local_port: \d+\n {4}remote_port: 5432\n {4}connection:\n {6}host: me@bastion\n {6}remote_host: db\n#/m,
    );
    expect((await type(['add', 'kube', 'svc/web'], ['http'])).code).toBe(0);
    expect(
      (await type(['add', 'command', '--name', 'own', '--local-port', '9'], ['nc -l {local_port}'])).code,
    ).toBe(0);
    expect(text()).toContain('argv: [nc, -l, "{local_port}"]');
    expect((await type(['add', 'tcp'], [''])).code).toBe(2);
  });

  it('says how to start the first service, and reports nothing about 0.3.7 to someone who never used it', async () => {
    expect((await type(['add', 'kube', 'svc/web:80', '--local-port', '8080'], [])).out).toMatch(
      /\nTo start it: localport start web\n$/,
    );
    expect(await type(['config', 'validate', file], [])).toMatchObject({
      code: 0,
      out: `${file}: valid, 1 service\n`,
    });
  });

  it.each([
    [
      'kubectl port-forward svc/web 8080:80 -n shop',
      'local_port: 8080\n    remote_port: 80\n    connection:\n      namespace: shop\n      resource_name: web',
    ],
    [
      'ssh -NL 8080:db:80 -p 2222 me@bastion',
      'local_port: 8080\n    remote_port: 80\n    connection:\n      host: me@bastion\n      port: 2222\n      remote_host: db',
    ],
    ['tcp db 80 --local-port 8080', 'local_port: 8080\n    remote_port: 80\n    connection:\n      host: db'],
  ])('adds a pasted command: %s', async (pasted, written) => {
    expect(await type(['add', ...pasted.split(' ')], [])).toMatchObject({ code: 0, err: '' });
    expect(text()).toContain(written);
  });

  it.each([
    [
      'psql postgres://me:hush@db/shop',
      'error: there is no "localport add URL": add kube, ssh, tcp, or command\nIf this computer reaches it: localport add tcp db:5432\nBehind an ssh server: localport add ssh HOST db:5432\n',
    ],
    [
      'kub svc/web',
      'error: there is no "localport add kub": add kube, ssh, tcp, or command\nDid you mean localport add kube?\n',
    ],
    [
      'docker web',
      'error: there is no "localport add docker": add kube, ssh, tcp, or command\nSee localport add --help for examples.\n',
    ],
    [
      'kubectl get pods',
      'error: kubectl get forwards no port\nWrite localport add kube svc/postgres --port 5432.\n',
    ],
  ])('names the fix for what cannot be added: %s', async (words, err) => {
    expect(await type(['add', ...words.split(' ')], [])).toMatchObject({ code: 2, err, out: '' });
  });

  it('names a service without a name "the service"', async () => {
    expect((await type(['add', 'tcp', ' db:5432 ', '--name', ''], [])).err).toBe(
      'error: the service was not added: name: is empty, expected text\n',
    );
  });

  it('removes only after a yes', async () => {
    await type(['add', 'tcp', 'db:5432'], []);
    const before = text();
    expect(await type(['remove', 'db'], ['n'])).toMatchObject({
      code: 1,
      questions: [`Remove db from ${file}? [y/N] `],
    });
    expect(text()).toBe(before);
    expect((await type(['remove', 'db'], ['y'])).code).toBe(0);
    expect(text()).not.toContain('name: db');
    await type(['undo'], []);
    expect(text()).toBe(before);
  });

  it('says that an edit cannot be undone if the former text cannot be kept', async () => {
    writeFileSync(path.join(home, 'state'), 'a file');
    const added = await type(['add', 'tcp', 'db:5432'], []);
    expect(added).toMatchObject({
      code: 0,
      err: `localport undo cannot take this back: ${path.join(home, 'state')} could not be written\n`,
    });
    expect((await type(['undo'], [])).err).toContain('there is nothing to undo');
  });

  it('opens the editor at the line of the service, and checks the saved file', async () => {
    await type(['add', 'tcp', 'db:5432', '--local-port', '5432'], []);
    const editor = path.join(home, 'nano');
    writeFileSync(editor, '#!/bin/sh\necho "$@" > "$0.seen"\nsed -i "s/$FROM/$TO/" "$2"\n');
    chmodSync(editor, 0o755);
    const edited = await type(['edit', 'db'], [], {
      EDITOR: editor,
      FROM: 'local_port: 5432',
      TO: 'local_port: 5433',
    });
    expect(edited).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(`${editor}.seen`, 'utf8')).toBe(`+6 ${file}\n`);
    expect(text()).toContain('local_port: 5433');
    const broken = await type(['edit', 'db'], [], {
      EDITOR: editor,
      FROM: 'local_port: 5433',
      TO: 'local_port: 0',
    });
    expect(broken).toMatchObject({ code: 1 });
    expect(broken.err).toContain(
      'db: local_port: 0 is below 1; write auto to let LocalPort choose one (services[0], config.yaml:8)',
    );
    expect(await type(['edit', 'db'], [], { EDITOR: editor, FROM: 'nothing', TO: '' })).toMatchObject({
      code: 0,
      out: 'nothing was changed\n',
    });
    expect(await type(['edit', 'db'], [], { EDITOR: '/bin/false' })).toMatchObject({ code: 1 });
  });

  it('tries a service without a host, and writes nothing if it does not work', async () => {
    const echo = await startEchoServer();
    const free = await freePort();
    const tried = await type(['add', 'tcp', `127.0.0.1:${echo.port}`, '--name', 'echo', '--test'], []);
    expect(tried).toMatchObject({ code: 0, err: 'It accepts connections\n' });
    const failed = await type(['add', 'tcp', `127.0.0.1:${free}`, '--name', 'no', '--test'], []);
    expect(failed.code).toBe(1);
    expect(failed.err).toContain(
      `the test failed, so nothing was written: 127.0.0.1:${free} refused the connection`,
    );
    const unknown = await type(['add', 'tcp', 'no-such.invalid:1', '--name', 'no', '--test'], []);
    expect(unknown.err).toContain(await unknownNameTitle('no-such.invalid'));
    expect(text()).not.toContain('name: no\n');
    await echo.stop();
  });
});

it('opens no editor of a terminal where there is none', async () => {
  await type(['add', 'tcp', 'db:5432'], []);
  const seen = path.join(home, 'seen');
  for (const name of ['editor', 'vi', 'nano']) {
    writeFileSync(path.join(home, name), `#!/bin/sh\ntouch '${seen}'\n`);
    chmodSync(path.join(home, name), 0o755);
  }
  const edit = async (env: NodeJS.ProcessEnv) => {
    const surroundings = testSurroundings({
      homeDirectory: home,
      clock,
      env: { PATH: `${home}:/usr/bin:/bin`, ...env },
      workingDirectory: home,
    });
    const code = await runCommandLine(['config', 'edit'], surroundings);
    return { code, err: surroundings.complained() };
  };
  expect(await edit({})).toEqual({
    code: 1,
    err: 'error: there is no terminal for a text editor\nSet VISUAL or EDITOR in the environment to the one that you use.\n',
  });
  expect(existsSync(seen)).toBe(false);
  expect(await edit({ VISUAL: 'vi' })).toEqual({ code: 0, err: '' });
  expect(existsSync(seen)).toBe(true);
});
