/** The ssh command line of a tunnel. Flags and their reasons: ssh(1), ssh_config(5). */
import type { Connection } from '../../../shared/service-spec.ts';
import { shellWord } from '../../../shared/shell-word.ts';

export type SshConnection = Extract<Connection, { technology: 'ssh' }>;

export interface SshTiming {
  /** For the TCP connection and the key exchange of each hop. */
  readonly connectTimeoutSeconds: number;
  /** A silent server is asked this often … */
  readonly aliveIntervalSeconds: number;
  /** … and given up after so many unanswered questions. */
  readonly aliveCountMax: number;
}

/** `[user@]host[:port]`, the host in brackets when it is an IPv6 address with a port. */
export interface JumpHost {
  readonly user: string | null;
  readonly host: string;
  readonly port: string | null;
}

export interface SshSockets {
  /** The tunnel's endpoint. */
  readonly socket: string;
  /** Whoever connects here gets an answer from the server itself, a refusal, and is closed. */
  readonly probeSocket: string;
}

/** No server has it: asking for it costs the server nothing and tells nothing. */
const absentSocket = '/localport-transport-probe';

/** The whole argv of a tunnel. `mayAsk`: somebody answers what ssh and its jump hosts ask. */
export function sshArgv(
  connection: SshConnection,
  { socket, probeSocket }: SshSockets,
  timing: SshTiming,
  mayAsk: boolean,
): [string, ...string[]] {
  // The first hop tells when it has answered; it is the one that connects.
  const proxyCommand = proxyCommandThrough(connection, timing, { logLevel: 'DEBUG1', mayAsk });
  return [
    'ssh',
    '-N',
    '-T',
    // Readiness is a debug line, and so is the address that was tried.
    ...option('LogLevel', 'DEBUG1'),
    ...option('StreamLocalBindUnlink', 'yes'),
    ...option('StreamLocalBindMask', '0177'),
    // "no", because it speaks of the forwards in the user's own ssh_config too: one of theirs that finds its port
    // taken must not end ours. A failure of ours shows by the missing line.
    ...option('ExitOnForwardFailure', 'no'),
    ...option('PermitLocalCommand', 'no'),
    ...option('RemoteCommand', 'none'),
    ...option('ForwardAgent', 'no'),
    ...option('ForwardX11', 'no'),
    ...commonOptions(connection, timing),
    ...authentication(connection, mayAsk),
    ...access(connection, proxyCommand),
    // In this order: ssh opens them one after the other, and the endpoint's line means readiness of both.
    '-L',
    `${escapeTokens(probeSocket)}:${absentSocket}`,
    '-L',
    `${escapeTokens(socket)}:${bracketed(connection.remoteHost)}:${String(connection.remotePort)}`,
    '--',
    connection.host,
  ];
}

/** The argv that goes the tunnel's way as far as the login, and asks there for none: refused means reached. */
export function sshReachArgv(connection: SshConnection, timing: SshTiming): [string, ...string[]] {
  const proxyCommand = proxyCommandThrough(connection, timing, { logLevel: 'INFO', mayAsk: false });
  return [
    'ssh',
    '-T',
    ...option('LogLevel', 'DEBUG1'),
    ...option('PreferredAuthentications', 'none'),
    ...option('BatchMode', 'yes'),
    ...option('ClearAllForwardings', 'yes'),
    ...option('PermitLocalCommand', 'no'),
    ...option('RemoteCommand', 'none'),
    ...commonOptions(connection, timing),
    ...access(connection, proxyCommand),
    '--',
    connection.host,
    // Only a server that lets everybody in ever runs it.
    'true',
  ];
}

/** Who, at which port, and through what. */
function access({ user, port }: SshConnection, proxyCommand: string | null): string[] {
  return [
    ...(user === null ? [] : ['-l', user]),
    ...(port === null ? [] : ['-p', String(port)]),
    ...(proxyCommand === null ? [] : option('ProxyCommand', proxyCommand)),
  ];
}

export function parseJumpHost(jump: string): JumpHost {
  const at = jump.lastIndexOf('@');
  const user = at === -1 ? null : jump.slice(0, at);
  const place = jump.slice(at + 1);
  const match = /^\[(.+)\](?::(\d+))?$|^([^:]+)(?::(\d+))?$/.exec(place);
  // More than one colon and no brackets: an IPv6 address without a port.
  if (match === null) return { user, host: place, port: null };
  return { user, host: match[1] ?? match[3] ?? place, port: match[2] ?? match[4] ?? null };
}

/**
 * Options of the command line do not reach the hosts of `-J`; a ProxyCommand for each hop carries them along. The
 * last jump host is asked for the target, and reaches it through the ones before.
 */
function proxyCommandThrough(
  connection: SshConnection,
  timing: SshTiming,
  hops: { /** Of the first one. */ readonly logLevel: 'INFO' | 'DEBUG1'; readonly mayAsk: boolean },
): string | null {
  const jump = connection.jump.at(-1);
  if (jump === undefined) return null;
  const last = parseJumpHost(jump);
  const before = { ...connection, jump: connection.jump.slice(0, -1) };
  const inner = proxyCommandThrough(before, timing, hops);
  const argv = [
    'ssh',
    ...option('LogLevel', inner === null ? hops.logLevel : 'INFO'),
    ...commonOptions(connection, timing),
    ...(hops.mayAsk ? [] : option('BatchMode', 'yes')),
    // The key is offered to the jump hosts beside their own: `jump` has no key_file.
    ...(connection.keyFile === null ? [] : ['-i', connection.keyFile]),
    ...(last.user === null ? [] : ['-l', last.user]),
    ...(last.port === null ? [] : ['-p', last.port]),
    ...(inner === null ? [] : option('ProxyCommand', inner)),
  ];
  // %h and %p are the next hop's; every other percent sign is meant literally at this level.
  const words = argv.map((word) => shellWord(escapeTokens(word)));
  return [...words, '-W', shellWord('[%h]:%p'), '--', shellWord(escapeTokens(last.host))].join(' ');
}

function commonOptions({ strictHostKeyChecking }: SshConnection, timing: SshTiming): string[] {
  return [
    ...option('ConnectTimeout', String(timing.connectTimeoutSeconds)),
    ...option('ServerAliveInterval', String(timing.aliveIntervalSeconds)),
    ...option('ServerAliveCountMax', String(timing.aliveCountMax)),
    ...option('StrictHostKeyChecking', strictHostKeyChecking),
    // A shared connection would outlive the tunnel, or end it.
    ...option('ControlMaster', 'no'),
    ...option('ControlPath', 'none'),
  ];
}

function authentication({ keyFile, password }: SshConnection, mayAsk: boolean): string[] {
  const key = keyFile === null ? [] : ['-i', keyFile, ...option('IdentitiesOnly', 'yes')];
  if (password === null) return [...(mayAsk ? [] : option('BatchMode', 'yes')), ...key];
  // Without a key of its own, the agent's keys come last: the server counts each of them as a failed try.
  const order = keyFile === null ? 'password,keyboard-interactive,publickey' : null;
  return [
    ...option('NumberOfPasswordPrompts', '1'),
    ...(order === null ? [] : option('PreferredAuthentications', order)),
    ...key,
  ];
}

const option = (name: string, value: string): [string, string] => ['-o', `${name}=${value}`];

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** ssh expands %-tokens in socket paths and proxy commands. */
const escapeTokens = (text: string): string => text.replaceAll('%', '%%');
