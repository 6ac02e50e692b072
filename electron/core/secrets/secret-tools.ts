/**
 * The programs that keep passwords: `security` on macOS, `secret-tool` of libsecret elsewhere, `op` of 1Password. A
 * password goes to them on stdin and comes from them on stdout: none is ever an argument. Pure.
 */
import type { SecretReference } from '../../../shared/secret-reference.ts';

export interface ToolCall {
  readonly argv: readonly [string, ...string[]];
  readonly input?: string;
}

export interface ToolAnswer {
  /** null: it could not be started, or it was killed. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly isMissing: boolean;
}

/** Runs one of these programs. Never rejects. */
export type RunTool = (call: ToolCall) => Promise<ToolAnswer>;

/** Long, since the tools may ask the user to unlock something. */
export const toolTimeoutMs = 60_000;

/** security(1) -i reads lines of at most 4,096 bytes, including the rest of the command. */
export const maxSecretBytes = 1_024;

const serviceName = 'localport';
const attributes = (name: string): readonly string[] => ['service', serviceName, 'account', name];
const item = (name: string): readonly string[] => ['-s', serviceName, '-a', name];

export function readCall(reference: SecretReference, platform: NodeJS.Platform): ToolCall {
  if (reference.kind === 'op') return { argv: ['op', 'read', '--no-newline', reference.place] };
  const { name } = reference;
  return platform === 'darwin'
    ? { argv: ['security', 'find-generic-password', ...item(name), '-w'] }
    : { argv: ['secret-tool', 'lookup', ...attributes(name)] };
}

/** `security` prints non-ASCII text as hexadecimal digits; `-g` distinguishes that from a password of such digits. */
export const readInDetailCall = (name: string): ToolCall => ({
  argv: ['security', 'find-generic-password', ...item(name), '-g'],
});

/** The name in Keychain Access and Passwords and Keys: `LocalPort: db`, `LocalPort: me@bastion`. */
const labelOf = (name: string): string => `LocalPort: ${name.replace(/^password of /, '')}`;

export function storeCall(name: string, password: string, platform: NodeJS.Platform): ToolCall {
  const label = labelOf(name);
  if (platform !== 'darwin') {
    return {
      argv: ['secret-tool', 'store', `--label=${label}`, ...attributes(name)],
      input: password,
    };
  }
  const words = ['add-generic-password', '-U', ...item(name), '-l', label, '-w', password];
  return { argv: ['security', '-i'], input: `${words.map(quoted).join(' ')}\n` };
}

export const removeCall = (name: string, platform: NodeJS.Platform): ToolCall =>
  platform === 'darwin'
    ? { argv: ['security', 'delete-generic-password', ...item(name)] }
    : { argv: ['secret-tool', 'clear', ...attributes(name)] };

/** Quoted for `security -i`: a backslash escapes the next character. */
const quoted = (word: string): string =>
  /^[\w./@:-]+$/.test(word) ? word : `"${word.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;
