/**
 * The keychain name of an answer, after the thing that it unlocks: `passphrase of /home/me/.ssh/id_ed25519`,
 * `password of me@bastion`. Two things never share a name. Where ssh's prompt is ambiguous, the answer has no name
 * and is not stored. Pure.
 */
import { joinHostPort } from '../../../shared/bind-address.ts';
import { parseJumpHost } from '../../../shared/jump-host.ts';

/** How the host is reached, according to the config. */
export interface AskedLogin {
  readonly host: string;
  /** null: as set in ssh_config. */
  readonly port: number | null;
  readonly jump: readonly string[];
}

/** ssh truncates longer values in its prompts: "%.100s" (sshconnect2.c), "%.30s@%.128s's password: ". */
const maxShownPath = 99;
const maxShownUser = 29;
const maxShownHost = 127;
const maxName = 300;

const keyPrompt = /^Enter passphrase for key '(\/[^\p{Cc}]+)':$/u;
const passwordPrompt = /^([^\s()]+)@([^\s@()]+)'s password:$/;
/**
 * keyboard-interactive: ssh's own prefix, then the server's text. Only the plainest prompts certainly mean the
 * account's password; anything else that a server asks for may be valid for one login only.
 */
const interactivePrompt = /^\(([^\s()]+)@([^\s@()]+)\) (?:\S+'s )?password(?: for \S+?)?:$/i;

/**
 * `prompt`: from an ssh that names the host or key that asks (OpenSSH 8.5). `isTarget`: the prompt comes from the
 * ssh that logs in at `login.host`, not from the ssh of a jump host.
 */
export function answerName(prompt: string, login: AskedLogin, isTarget: boolean): string | null {
  const file = keyPrompt.exec(prompt)?.[1];
  if (file !== undefined) return file.length > maxShownPath ? null : `passphrase of ${file}`;
  const [, user, host] = passwordPrompt.exec(prompt) ?? interactivePrompt.exec(prompt) ?? [];
  if (user === undefined || host === undefined) return null;
  if (user.length > maxShownUser || host.length > maxShownHost) return null;
  const name = `password of ${user}@${placeOf(host, login, isTarget)}`;
  return name.length > maxName ? null : name;
}

/** A prompt shows the host name after ssh_config has been applied, and never the port. */
function placeOf(promptHost: string, { host, port, jump }: AskedLogin, isTarget: boolean): string {
  if (isTarget) return described({ host, port }, promptHost);
  const hops = jump.map(parseJumpHost).filter((hop) => isSameHost(hop.host, promptHost));
  const [hop] = hops;
  if (hop === undefined || hops.length > 1) return `${promptHost}, jump host of ${withPort({ host, port })}`;
  return described({ host: hop.host, port: hop.port === null ? null : Number(hop.port) }, promptHost);
}

/** The key file whose passphrase the prompt asks for; null: it asks for something else. */
export const keyFileIn = (prompt: string): string | null => keyPrompt.exec(prompt)?.[1] ?? null;

interface HostPort {
  readonly host: string;
  readonly port: number | null;
}

const described = (hop: HostPort, promptHost: string): string =>
  isSameHost(hop.host, promptHost) ? withPort(hop) : `${withPort(hop)} (${promptHost})`;

const isSameHost = (host: string, promptHost: string): boolean =>
  host.toLowerCase() === promptHost.toLowerCase();

const withPort = ({ host, port }: HostPort): string => (port === null ? host : joinHostPort(host, port));
