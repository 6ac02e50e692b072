/** Recognizes the prompts of OpenSSH (sshconnect2.c) and of the servers behind it. Pure. */
import path from 'node:path';
import type { PromptKind } from '../../../shared/prompt.ts';

/** ssh truncates the user in the prompt of the method `password`. */
const maxPromptUserLength = 30;

/** Prompts for something other than the login password, or for more than that. */
const otherSecret =
  /one[- ]?time|\botp\b|token|code|\bpin\b|verif|factor|\bnew\b|re-?(?:type|enter)|again|confirm|current|change|expired/i;

/**
 * Whether a prompt of the ssh that logs in at the target asks for the password of `user` there; null: the user from
 * ssh_config. The host in the prompt is not compared: it is ssh_config's HostName or HostKeyAlias, and this ssh
 * logs in nowhere else.
 */
export function isPasswordPrompt(prompt: string, user: string | null): boolean {
  const isUser = (name: string | undefined): boolean =>
    user === null || name === user || name === user.slice(0, maxPromptUserLength);
  // The method `password`: `deploy@bastion's password:`. The text is ssh's own.
  const plain = /^([^\s()]+)@[^\s@]+'s password:$/.exec(prompt.trim());
  if (plain !== null) return isUser(plain[1]);
  // keyboard-interactive: the server's text, after `(deploy@bastion) ` since OpenSSH 8.5.
  const prefixed = /^\(([^\s()]+)@[^\s@()]+\) (.*)$/.exec(prompt.trim());
  if (prefixed !== null && !isUser(prefixed[1])) return false;
  const text = prefixed?.[2] ?? prompt;
  if (opensKey(prompt)) return false;
  const owner = /(?:^|\s)(\S+)'s password/i.exec(text)?.[1];
  if (owner !== undefined && !isUser(owner.split('@')[0])) return false;
  return /password/i.test(text) && !otherSecret.test(text);
}

/**
 * Asks for the passphrase or the PIN of a key (sshconnect2.c). Without an answer, ssh continues with the next
 * method.
 */
export const opensKey = (prompt: string): boolean => /^Enter (?:passphrase|PIN) for /.test(prompt);

/** `hint`: SSH_ASKPASS_PROMPT (ssh(1)); `none` if there is nothing to type, `confirm` for yes or no. */
export function promptKindOf(prompt: string, hint: string): PromptKind {
  if (hint === 'none') return 'touch';
  if (hint === 'confirm') return 'confirm';
  if (/^Enter passphrase for /.test(prompt)) return 'passphrase';
  return isPasswordPrompt(prompt, null) ? 'password' : 'code';
}

/** The host or the key in ssh's own part of the prompt; `host` if there is none. */
export function askerOf(prompt: string, host: string): string {
  const key = /^(?:Enter passphrase for key|Enter PIN for \S+ key) '?([^']+?)'?:?$/.exec(prompt)?.[1];
  if (key !== undefined) return path.basename(key);
  const named = /^\([^\s()]+@([^\s@()]+)\) |^[^\s()]+@([^\s@]+)'s password:$/.exec(prompt);
  return named?.[1] ?? named?.[2] ?? host;
}
