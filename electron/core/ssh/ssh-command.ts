/** The ssh command line of a master. For the flags see ssh(1) and ssh_config(5). */
import type { SshConnection } from '../../../shared/service-spec.ts';
import { parseJumpHost } from '../../../shared/jump-host.ts';
import { shellWord } from '../../../shared/shell-word.ts';

export interface SshTiming {
  /** For the TCP connection and the key exchange of each hop. */
  readonly connectTimeoutSeconds: number;
  /** The same for connections through other hops, which include the wait for their logins; default: a little longer. */
  readonly behindHopSeconds?: number;
  /** The interval of keepalive probes … */
  readonly aliveIntervalSeconds: number;
  /** … and the number of unanswered probes after which the connection is closed. */
  readonly aliveCountMax: number;
}

const hopMarginSeconds = 2;

/** The complete argv of a master. `mayAsk`: someone can answer the prompts of ssh and its jump hosts. */
export function sshMasterArgv(
  connection: SshConnection,
  controlPath: string,
  timing: SshTiming,
  mayAsk: boolean,
): [string, ...string[]] {
  // The first hop reports when it has answered, because it makes the TCP connection.
  const proxyCommand = proxyCommandThrough(connection, timing, mayAsk);
  return [
    'ssh',
    '-M',
    '-N',
    '-T',
    '-S',
    escapeTokens(controlPath),
    // Readiness is a debug line, and so is the forward that a failure belongs to.
    ...option('LogLevel', 'DEBUG1'),
    // Otherwise ssh may move to the background, where it cannot be stopped.
    ...option('ControlPersist', 'no'),
    ...option('IgnoreUnknown', 'ForkAfterAuthentication,SessionType'),
    ...option('ForkAfterAuthentication', 'no'),
    // Do not open the user's own forwards for this host.
    ...option('ClearAllForwardings', 'yes'),
    ...option('StreamLocalBindUnlink', 'yes'),
    ...option('StreamLocalBindMask', '0177'),
    ...option('PermitLocalCommand', 'no'),
    ...option('RemoteCommand', 'none'),
    ...option('Tunnel', 'no'),
    ...option('VisualHostKey', 'no'),
    ...option('ForwardAgent', 'no'),
    ...option('ForwardX11', 'no'),
    ...commonOptions(connection, behindHops(timing, connection.jump.length)),
    ...authentication(connection, mayAsk),
    ...userAndPort(connection),
    ...(proxyCommand === null ? [] : option('ProxyCommand', proxyCommand)),
    '--',
    connection.host,
  ];
}

/** Prints the ssh_config settings of a connection without connecting. */
export const sshSettingsArgv = (connection: SshConnection): [string, ...string[]] => [
  'ssh',
  '-G',
  ...userAndPort(connection),
  '--',
  connection.host,
];

/** The command that starts the user's own master at the path that `sshSettingsArgv` prints. */
export const ownMasterCommand = (connection: SshConnection): string =>
  ['ssh', '-fNM', ...[...userAndPort(connection), connection.host].map(shellWord)].join(' ');

const userAndPort = ({ user, port }: SshConnection): string[] => [
  ...(user === null ? [] : ['-l', user]),
  ...(port === null ? [] : ['-p', String(port)]),
];

/**
 * Command-line options do not apply to the hosts of `-J`, so a ProxyCommand for each hop passes them on. The last
 * jump host connects to the target and is itself reached through the ones before it.
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
    ...commonOptions(connection, behindHops(timing, before.jump.length)),
    ...noControl(),
    ...(mayAsk ? [] : option('BatchMode', 'yes')),
    // The key is also offered to the jump hosts, beside their own keys: `jump` has no key_file.
    ...(connection.keyFile === null ? [] : ['-i', connection.keyFile]),
    ...(last.user === null ? [] : ['-l', last.user]),
    ...(last.port === null ? [] : ['-p', last.port]),
    ...(inner === null ? [] : option('ProxyCommand', inner)),
  ];
  // %h and %p belong to the next hop; every other percent sign is literal at this level.
  const words = argv.map((word) => shellWord(escapeTokens(word)));
  return [...words, '-W', shellWord('[%h]:%p'), '--', shellWord(escapeTokens(last.host))].join(' ');
}

/** Only the master may have a control socket. */
const noControl = (): string[] => [...option('ControlMaster', 'no'), ...option('ControlPath', 'none')];

/** The hop in front times out first: only that ssh knows the name of the host that did not answer. */
const behindHops = (timing: SshTiming, hops: number): SshTiming =>
  hops === 0
    ? timing
    : {
        ...timing,
        connectTimeoutSeconds:
          timing.behindHopSeconds ?? timing.connectTimeoutSeconds + hops * hopMarginSeconds,
      };

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
  // Without a configured key, the agent's keys come last, because the server counts each one as a failed attempt.
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
