/** The keychain of a Mac on CI; elsewhere `secret-reader.test.ts` imitates the output of `security`. */
import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { readSecret } from './secret-reader.ts';
import { removeCall, storeCall, type RunTool, type ToolAnswer, type ToolCall } from './secret-tools.ts';

const isMacForTests = process.platform === 'darwin' && process.env['CI'] !== undefined;
const name = `passphrase of ~/.ssh/localport-test-${process.pid}`;

const answerOf = ({ argv: [program, ...args], input }: ToolCall): ToolAnswer => {
  const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: 'utf8' });
  return { exitCode: status, stdout, stderr, isMissing: false };
};
const run: RunTool = (call) => Promise.resolve(answerOf(call));

describe.skipIf(!isMacForTests)('the keychain of a Mac', () => {
  afterAll(() => {
    answerOf(removeCall(name, 'darwin'));
  });

  // Plain text, text with characters that `security -i` splits at, text that it prints as hexadecimal, text that looks like that.
  test.each(['hunter2', String.raw`two words "and" a \ backslash`, 'pässwörd', 'abcdef12'])(
    'returns %s as it was stored',
    async (password) => {
      expect(answerOf(storeCall(name, password, 'darwin'))).toMatchObject({ exitCode: 0 });
      expect(await readSecret({ kind: 'keychain', name }, { run, platform: 'darwin' })).toEqual({
        ok: true,
        value: password,
      });
    },
  );

  test('no longer has a removed password', async () => {
    answerOf(removeCall(name, 'darwin'));
    expect(await readSecret({ kind: 'keychain', name }, { run, platform: 'darwin' })).toMatchObject({
      ok: false,
    });
  });
});
