import { describe, expect, it } from 'vitest';
import type { SecretReference } from '../../../shared/secret-reference.ts';
import { readSecret } from './secret-reader.ts';
import { storeCall, type ToolAnswer } from './secret-tools.ts';

const keychain: SecretReference = { kind: 'keychain', name: 'db' };
const op: SecretReference = { kind: 'op', place: 'op://v/i/f' };

const answered = (given: Partial<ToolAnswer>): ToolAnswer => ({
  exitCode: 0,
  stdout: '',
  stderr: '',
  isMissing: false,
  ...given,
});

/** The result, and the programs that ran. */
async function read(
  reference: SecretReference,
  platform: NodeJS.Platform,
  ...answers: readonly Partial<ToolAnswer>[]
): Promise<{ readonly value: string; readonly ran: readonly string[] }> {
  const ran: string[] = [];
  const found = await readSecret(reference, {
    platform,
    run: ({ argv }) => {
      ran.push(argv.join(' '));
      return Promise.resolve(answered(answers[ran.length - 1] ?? {}));
    },
  });
  if (found.ok) return { value: found.value, ran };
  const { code, title, remedy, evidence, recheck } = found.error;
  return { value: `${code} (${String(recheck)}): ${title}. ${String(remedy)} [${String(evidence)}]`, ran };
}

describe('a secret', () => {
  it.each([
    [keychain, 'darwin', 'security find-generic-password -s localport -a db -w'],
    [keychain, 'linux', 'secret-tool lookup service localport account db'],
    [op, 'darwin', 'op read --no-newline op://v/i/f'],
    [op, 'linux', 'op read --no-newline op://v/i/f'],
  ] as const)('%j is read on %s by %s', async (reference, platform, command) => {
    expect(await read(reference, platform, { stdout: ' pass word \n' })).toEqual({
      value: ' pass word ',
      ran: [command],
    });
  });

  it('that the macOS keychain prints in hexadecimal is decoded, unless it consists of such digits', async () => {
    const hex = Buffer.from('pässword').toString('hex');
    const detailed = {
      stderr: `keychain: "login.keychain"\npassword: 0x${hex.toUpperCase()}  "p\\303\\244ssword"\n`,
    };
    expect((await read(keychain, 'darwin', { stdout: `${hex}\n` }, detailed)).value).toBe('pässword');
    const plain = { stderr: `password: "${hex}"\n` };
    expect((await read(keychain, 'darwin', { stdout: `${hex}\n` }, plain)).value).toBe(hex);
    expect(await read(keychain, 'darwin', { stdout: 'deadbeef\n' })).toMatchObject({ value: 'deadbeef' });
    expect((await read(keychain, 'linux', { stdout: hex })).value).toBe(hex);
  });

  it.each([
    [
      keychain,
      'darwin',
      { exitCode: 44, stderr: 'security: SecKeychainSearchCopyNext: The specified item could not be found.' },
      'secret-missing (soon): The keychain has no password db. Store it: run localport secret set db [keychain:db]',
    ],
    [
      keychain,
      'linux',
      { exitCode: 1 },
      'secret-missing (soon): The keychain has no password db. Store it: run localport secret set db [keychain:db]',
    ],
    [
      keychain,
      'linux',
      { exitCode: 1, stderr: 'secret-tool: Cannot autolaunch D-Bus without X11 $DISPLAY\n' },
      'secret-unreadable (soon): The password keychain:db cannot be read. Unlock the keychain and try again [secret-tool: Cannot autolaunch D-Bus without X11 $DISPLAY]',
    ],
    [
      keychain,
      'darwin',
      { exitCode: 51, stderr: 'User interaction is not allowed.' },
      'secret-unreadable (never): The password keychain:db cannot be read. Unlock the keychain and try again [security: User interaction is not allowed.]',
    ],
    [
      op,
      'linux',
      { exitCode: 1, stderr: '[ERROR] You are not currently signed in.\n' },
      'secret-unreadable (never): The password op://v/i/f cannot be read. Run op signin and try again [op: [ERROR] You are not currently signed in.]',
    ],
    [
      keychain,
      'linux',
      { exitCode: null, isMissing: true },
      "binary-missing (soon): secret-tool (package libsecret-tools) was not found. Install secret-tool (package libsecret-tools), or make sure that your login shell's PATH contains it [keychain:db]",
    ],
    [
      keychain,
      'linux',
      { stdout: 'two\nlines\n' },
      'secret-unreadable (soon): The password keychain:db cannot be read. Unlock the keychain and try again [secret-tool: it has several lines]',
    ],
  ] as const)('%j on %s: %j', async (reference, platform, answer, words) => {
    expect((await read(reference, platform, answer)).value).toBe(words);
  });
});

it.each([
  ['db', 'LocalPort: db'],
  ['password of me@bastion', 'LocalPort: me@bastion'],
  ['passphrase of ~/.ssh/id_ed25519', 'LocalPort: passphrase of ~/.ssh/id_ed25519'],
])('has a name that the user recognizes: %s', (name, label) => {
  expect(storeCall(name, 'x', 'linux').argv).toContain(`--label=${label}`);
  const quoted = label === 'LocalPort: db' ? '-a db' : `-a "${name}"`;
  expect(storeCall(name, 'x', 'darwin').input).toContain(`${quoted} -l "${label}"`);
});

it('goes to security on stdin, quoted', () => {
  const call = storeCall('db', String.raw`a "b" \c $d 'e'`, 'darwin');
  expect(call.argv).toEqual(['security', '-i']);
  expect(call.input).toBe(
    `${String.raw`add-generic-password -U -s localport -a db -l "LocalPort: db" -w "a \"b\" \\c $d 'e'"`}\n`,
  );
});
