import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecretTools, type SecretTools } from '../../../e2e/fixtures/secret-tools.ts';
import { runCommandLine } from '../command-line.ts';
import type { CommandSurroundings, Input } from '../command-context.ts';
import { testSurroundings } from '../testing/test-context.ts';

let tools: SecretTools;
let home: string;

beforeEach(() => {
  tools = createSecretTools();
  home = mkdtempSync(path.join(os.tmpdir(), 'lp-secret-'));
});

afterEach(() => {
  tools.dispose();
  rmSync(home, { recursive: true });
});

async function run(
  words: string,
  change: Partial<CommandSurroundings> = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const surroundings = testSurroundings({
    homeDirectory: home,
    env: { PATH: tools.binDirectory },
    ...change,
  });
  const code = await runCommandLine(words.split(' '), surroundings);
  return { code, out: surroundings.printed(), err: surroundings.complained() };
}

const piped = (text: string): Partial<CommandSurroundings> => ({ openStdin: () => Readable.from([text]) });

describe.each([
  ['linux', 'secret-tool'],
  ['darwin', 'security'],
] as const)('on %s', (platform, program) => {
  it.each(['s3cret', String.raw` a "b" \c $d 'e' %s `, 'pässwörd', 'c3a4c3a4'])(
    'stores, lists, and removes %j, which is in no argument',
    async (password) => {
      writeFileSync(
        path.join(home, 'config.yaml'),
        `services:
  - {name: a, technology: ssh, local_port: 15001, remote_port: 1, connection: {host: h, password: 'keychain:db'}}
  - {name: b, technology: ssh, local_port: 15002, remote_port: 1, connection: {host: h, password: 'keychain:db'}}
  - {name: c, technology: ssh, local_port: 15003, remote_port: 1, connection: {host: h, password: 'op://v/i/f'}}
`,
        { mode: 0o600 },
      );
      const inFile = `--config ${path.join(home, 'config.yaml')}`;
      expect(await run('secret set db', { platform, ...piped(`${password}\n`) })).toEqual({
        code: 0,
        out: 'db is stored. In the config: password: keychain:db\n',
        err: '',
      });
      expect(tools.keychain('db')).toBe(password);
      const listed = await run(`${inFile} -o text secret list`, { platform });
      expect(listed.out.split('\n')).toEqual([
        'ok\tkeychain:db\tused by a, b; it is stored\t',
        'ok\top://v/i/f\tused by c; read when one of them is started\t',
        '',
      ]);
      expect(await run('secret remove db', { platform })).toMatchObject({ code: 0 });
      expect(tools.keychain('db')).toBeNull();
      expect(await run(`${inFile} -o text secret list`, { platform })).toMatchObject({
        code: 1,
        out: expect.stringContaining(
          'bad\tkeychain:db\tused by a, b; The keychain has no password db\tStore it: run localport secret set db',
        ) as string,
      });
      expect(await run('secret remove db', { platform })).toEqual({
        code: 1,
        out: '',
        err: 'error: The keychain has no password db\n',
      });
      expect(tools.calls().filter((call) => !call.startsWith(`${program} `))).toEqual([]);
      expect(tools.calls().join('\n')).not.toContain(password);
    },
  );
});

/** Types `keys` once the terminal no longer echoes them. */
function terminalTyping(keys: string): { readonly terminal: Input; readonly modes: readonly boolean[] } {
  const stream = new PassThrough();
  const modes: boolean[] = [];
  const terminal: Input = {
    isTTY: true,
    setRawMode: (isRaw) => {
      modes.push(isRaw);
      if (isRaw) for (const key of keys) stream.write(key);
    },
    on: (event, listener) => stream.on(event, listener),
    off: (event, listener) => stream.off(event, listener),
    resume: () => stream.resume(),
    pause: () => stream.pause(),
    [Symbol.asyncIterator]: () => stream.iterator() as AsyncIterator<Buffer>,
  };
  return { terminal, modes };
}

it('reads a password from the terminal without showing it', async () => {
  const { terminal, modes } = terminalTyping('wrong\u0015hux\u007fsh\r');
  const { err, out } = await run('secret set db', { openStdin: () => terminal });
  expect(tools.keychain('db')).toBe('hush');
  expect(modes).toEqual([true, false]);
  expect(err).toBe('Password for db (not shown): \n');
  expect(out).not.toContain('hush');
});

it('stores nothing when Ctrl-C is pressed', async () => {
  const { terminal } = terminalTyping('hu\u0003');
  expect(await run('secret set db', { openStdin: () => terminal })).toMatchObject({ code: 1 });
  expect(tools.calls()).toEqual([]);
});

it.each([
  ['secret set -- -w', 'x', '"-w" is not a valid name of a secret'],
  ['secret set db', '', 'the password is empty'],
  ['secret set db', 'two\nlines\n', 'the password contains a line break'],
  ['secret set db', 'x'.repeat(1_025), 'the password is longer than 1024 bytes'],
])('refuses %j with %j on stdin', async (words, input, complaint) => {
  expect(await run(words, piped(input))).toMatchObject({
    code: 2,
    err: expect.stringContaining(complaint) as string,
  });
  expect(tools.calls()).toEqual([]);
});

it('says what to install if there is no keychain', async () => {
  expect(await run('secret set db', { env: { PATH: home }, ...piped('x') })).toMatchObject({
    code: 1,
    err: expect.stringMatching(/secret-tool was not found\n.*libsecret/) as string,
  });
});

it('does not look up the names in an untrusted config of the folder', async () => {
  writeFileSync(
    path.join(home, 'localport.yaml'),
    "services: [{name: a, technology: ssh, local_port: 15001, remote_port: 1, connection: {host: h, password: 'keychain:db'}}]\n",
    { mode: 0o600 },
  );
  const { code, out, err } = await run('secret list', { platform: 'linux', workingDirectory: home });
  expect([code, out]).toEqual([1, '']);
  expect(err).toContain('localport.yaml is not trusted');
  expect(err).toContain('sends the password keychain:db there');
});
