/** The ssh command line of a tunnel. Flags and their reasons: ssh(1), ssh_config(5). */
import type { Connection } from '../../../shared/service-spec.ts';
import { parseJumpHost } from '../../../shared/jump-host.ts';
import { shellWord } from '../../../shared/shell-word.ts';

export type SshConnection = Extract<Connection, { technology: 'ssh' }>;

export interface SshTiming {
  /** For the TCP connection and the key exchange of each hop. */
  readonly connectTimeoutSeconds: number;
  /** The same of those that connect through another hop, whose login they wait for. */
  readonly behindHopSeconds?: number;
  /** A silent server is asked this often … */
  readonly aliveIntervalSeconds: number;
  /** … and given up after so many unanswered questions. */
  readonly aliveCountMax: number;
}

/** The whole argv of a master. `mayAsk`: somebody answers what ssh and its jump hosts ask. */
export function sshMasterArgv(
  connection: SshConnection,
  controlPath: string,
  timing: SshTiming,
  mayAsk: boolean,
): [string, ...string[]] {
  // The first hop tells when it has answered; it is the one that connects.
  const proxyCommand = proxyCommandThrough(connection, timing, mayAsk);
  return [
    'ssh',
    '-M',
    '-N',
    '-T',
    '-S',
    escapeTokens(controlPath),
    // Readiness is a debug line, and so is what failed for which forward.
    ...option('LogLevel', 'DEBUG1'),
    // Else ssh goes away into the background, where nobody ends it.
    ...option('ControlPersist', 'no'),
    ...option('IgnoreUnknown', 'ForkAfterAuthentication,SessionType'),
    ...option('ForkAfterAuthentication', 'no'),
    // The user's other forwards of this host are theirs.
    ...option('ClearAllForwardings', 'yes'),
    ...option('StreamLocalBindUnlink', 'yes'),
    ...option('StreamLocalBindMask', '0177'),
    ...option('PermitLocalCommand', 'no'),
    ...option('RemoteCommand', 'none'),
    ...option('Tunnel', 'no'),
    ...option('VisualHostKey', 'no'),
    ...option('ForwardAgent', 'no'),
    ...option('ForwardX11', 'no'),
    ...commonOptions(connection, connection.jump.length === 0 ? timing : behindHop(timing)),
    ...authentication(connection, mayAsk),
    ...userAndPort(connection),
    ...(proxyCommand === null ? [] : option('ProxyCommand', proxyCommand)),
    '--',
    connection.host,
  ];
}

/** Prints what ssh_config says of a connection, and connects to nothing. */
export const sshSettingsArgv = (connection: SshConnection): [string, ...string[]] => [
  'ssh',
  '-G',
  ...userAndPort(connection),
  '--',
  connection.host,
];

/** What starts the user's own master where `sshSettingsArgv` says that it lies. */
export const ownMasterCommand = (connection: SshConnection): string =>
  ['ssh', '-fNM', ...[...userAndPort(connection), connection.host].map(shellWord)].join(' ');

const userAndPort = ({ user, port }: SshConnection): string[] => [
  ...(user === null ? [] : ['-l', user]),
  ...(port === null ? [] : ['-p', String(port)]),
];

/**
 * Options of the command line do not reach the hosts of `-J`; a ProxyCommand for each hop carries them along. The
 * last jump host is asked for the target, and reaches it through the ones before.
 */
function proxyCommandThrough(connection: SshConnection, timing: SshTiming, mayAsk: boolean): string | null {
  const jump = connection.jump.at(-1);
  if (jump === undefined) return null;
  const last = parseJumpHost(jump);
  const before = { ...connection, jump: connection.jump.slice(0, -1) };
  const inner = proxyCommandThrough(before, timing, mayAsk);
  const argv = [
    'ssh',
    ...option('LogLevel', inner === null ? 'DEBUG1' : 'INFO'),
    ...commonOptions(connection, inner === null ? timing : behindHop(timing)),
    ...noControl(),
    ...(mayAsk ? [] : option('BatchMode', 'yes')),
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

/** Of every ssh but the master, the control socket is nobody's. */
const noControl = (): string[] => [...option('ControlMaster', 'no'), ...option('ControlPath', 'none')];

const behindHop = (timing: SshTiming): SshTiming => ({
  ...timing,
  connectTimeoutSeconds: timing.behindHopSeconds ?? timing.connectTimeoutSeconds,
});

function commonOptions({ strictHostKeyChecking }: SshConnection, timing: SshTiming): string[] {
  return [
    ...option('ConnectTimeout', String(timing.connectTimeoutSeconds)),
    ...option('ServerAliveInterval', String(timing.aliveIntervalSeconds)),
    ...option('ServerAliveCountMax', String(timing.aliveCountMax)),
    ...option('StrictHostKeyChecking', strictHostKeyChecking),
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

/** ssh expands %-tokens in socket paths and proxy commands. */
const escapeTokens = (text: string): string => text.replaceAll('%', '%%');
