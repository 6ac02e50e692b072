/**
 * What an answer of the user opens, as it is called in the keychain: `passphrase of /home/me/.ssh/id_ed25519`, `password of
 * me@bastion`. Two things never have one name; where ssh's words leave that open, the answer has none and is not kept. Pure.
 */
import { formatPlace } from '../../../shared/bind-address.ts';
import { parseJumpHost } from '../../../shared/jump-host.ts';

/** How the asker is reached, as the config says. */
export interface AskedLogin {
  readonly host: string;
  /** null: what ssh_config says. */
  readonly port: number | null;
  readonly jump: readonly string[];
}

/** ssh cuts longer ones off in its prompts: "%.100s" (sshconnect2.c), "%.30s@%.128s's password: ". */
const maxToldPath = 99;
const maxToldUser = 29;
const maxToldHost = 127;
const maxName = 300;

const keyPrompt = /^Enter passphrase for key '(\/[^\p{Cc}]+)':$/u;
const passwordPrompt = /^([^\s()]+)@([^\s@()]+)'s password:$/;
/**
 * keyboard-interactive: ssh's own words before a server's. Only the plainest ones are sure to mean the password of the account:
 * whatever else a server asks there may be good for one login.
 */
const interactivePrompt = /^\(([^\s()]+)@([^\s@()]+)\) (?:\S+'s )?password(?: for \S+?)?:$/i;

/**
 * `prompt`: of an ssh that names who asks (OpenSSH 8.5). `isTarget`: it is the one that logs in at `login.host`, and not the ssh
 * of a jump host.
 */
export function answerName(prompt: string, login: AskedLogin, isTarget: boolean): string | null {
  const file = keyPrompt.exec(prompt)?.[1];
  if (file !== undefined) return file.length > maxToldPath ? null : `passphrase of ${file}`;
  const [, user, host] = passwordPrompt.exec(prompt) ?? interactivePrompt.exec(prompt) ?? [];
  if (user === undefined || host === undefined) return null;
  if (user.length > maxToldUser || host.length > maxToldHost) return null;
  const name = `password of ${user}@${placeOf(host, login, isTarget)}`;
  return name.length > maxName ? null : name;
}

/** ssh tells the host that ssh_config made of a name, and never the port. */
function placeOf(toldHost: string, { host, port, jump }: AskedLogin, isTarget: boolean): string {
  if (isTarget) return described({ host, port }, toldHost);
  const hops = jump.map(parseJumpHost).filter((hop) => isSameHost(hop.host, toldHost));
  const [hop] = hops;
  if (hop === undefined || hops.length > 1) return `${toldHost}, jump host of ${withPort({ host, port })}`;
  return described({ host: hop.host, port: hop.port === null ? null : Number(hop.port) }, toldHost);
}

/** The file of the key that ssh asks the passphrase of; null: it asks for something else. */
export const keyFileIn = (prompt: string): string | null => keyPrompt.exec(prompt)?.[1] ?? null;

interface Place {
  readonly host: string;
  readonly port: number | null;
}

const described = (place: Place, toldHost: string): string =>
  isSameHost(place.host, toldHost) ? withPort(place) : `${withPort(place)} (${toldHost})`;

const isSameHost = (host: string, toldHost: string): boolean => host.toLowerCase() === toldHost.toLowerCase();

const withPort = ({ host, port }: Place): string => (port === null ? host : formatPlace(host, port));
