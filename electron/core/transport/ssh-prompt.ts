/** What ssh asks for, in the words of OpenSSH (sshconnect2.c) and of the servers behind it. Pure. */
import path from 'node:path';
import type { PromptKind } from '../../../shared/prompt.ts';

/** ssh cuts the user off in the prompt of the method `password`. */
const maxPromptUserLength = 30;

/** Asks for something else beside or instead of the password that one logs in with. */
const otherSecret =
  /one[- ]?time|\botp\b|token|code|\bpin\b|verif|factor|\bnew\b|re-?(?:type|enter)|again|confirm|current|change|expired/i;

/**
 * Whether a prompt of the ssh that logs in at the target asks for the password of `user` there; null: whoever ssh_config
 * names. The host in it is not compared: it is what ssh_config's HostName or HostKeyAlias says, and this ssh logs in nowhere
 * else.
 */
export function isPasswordPrompt(prompt: string, user: string | null): boolean {
  const isUser = (name: string | undefined): boolean =>
    user === null || name === user || name === user.slice(0, maxPromptUserLength);
  // The method `password`: `deploy@bastion's password:`. The text is ssh's own.
  const plain = /^([^\s()]+)@[^\s@]+'s password:$/.exec(prompt.trim());
  if (plain !== null) return isUser(plain[1]);
  // keyboard-interactive: the server's text, behind `(deploy@bastion) ` since OpenSSH 8.5.
  const prefixed = /^\(([^\s()]+)@[^\s@()]+\) (.*)$/.exec(prompt.trim());
  if (prefixed !== null && !isUser(prefixed[1])) return false;
  const text = prefixed?.[2] ?? prompt;
  if (opensKey(prompt)) return false;
  const owner = /(?:^|\s)(\S+)'s password/i.exec(text)?.[1];
  if (owner !== undefined && !isUser(owner.split('@')[0])) return false;
  return /password/i.test(text) && !otherSecret.test(text);
}

/** Asks for the passphrase or the PIN of a key (sshconnect2.c): without an answer ssh goes on with the next method. */
export const opensKey = (prompt: string): boolean => /^Enter (?:passphrase|PIN) for /.test(prompt);

/** `hint`: SSH_ASKPASS_PROMPT (ssh(1)); `none` when there is nothing to type, `confirm` for yes or no. */
export function promptKindOf(prompt: string, hint: string): PromptKind {
  if (hint === 'none') return 'touch';
  if (hint === 'confirm') return 'confirm';
  if (/^Enter passphrase for /.test(prompt)) return 'passphrase';
  return isPasswordPrompt(prompt, null) ? 'password' : 'code';
}

/** The host or the key that the prompt names, which ssh itself puts there; `host` where it names none. */
export function askerOf(prompt: string, host: string): string {
  const key = /^(?:Enter passphrase for key|Enter PIN for \S+ key) '?([^']+?)'?:?$/.exec(prompt)?.[1];
  if (key !== undefined) return path.basename(key);
  const named = /^\([^\s()]+@([^\s@()]+)\) |^[^\s()]+@([^\s@]+)'s password:$/.exec(prompt);
  return named?.[1] ?? named?.[2] ?? host;
}
