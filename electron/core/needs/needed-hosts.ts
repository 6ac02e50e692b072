/** Whether the names of hosts resolve, for ssh as configured in its own files. Opens no connection. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { SshConnection } from '../../../shared/service-spec.ts';
import { parseJumpHost } from '../../../shared/jump-host.ts';
import { withDeadline, type Clock } from '../clock.ts';
import { findOnPath } from '../process/find-on-path.ts';
import type { Environment } from '../process/environment-block.ts';
import { runProgram } from '../process/program-run.ts';
import { sshSettingsArgv } from '../ssh/ssh-command.ts';
import { sshSetting } from '../ssh/ssh-settings.ts';
import { isBad, isFine, isOdd, type Verdict } from './need.ts';

/** For ssh, which may run a program for `Match exec`, and for a name server. */
const askMs = 5_000;
const checkName = 'Check the spelling, the network or the VPN.';
const checkDns = 'Check the network, the VPN, or the DNS server.';
const maxOutputBytes = 256 * 1024;

export interface HostTools {
  readonly clock: Clock;
  /** The environment that the services' ssh gets. */
  readonly environment: Environment;
}

export async function judgeHost(host: string, { clock }: HostTools): Promise<Verdict> {
  if (isIP(host) !== 0) return isFine('is an IP address');
  const found = await withDeadline(
    clock,
    askMs,
    lookup(host).then(
      ({ address }) => isFine(`resolves to ${address}`),
      (error: unknown) =>
        (error as NodeJS.ErrnoException).code === 'EAI_AGAIN'
          ? isBad('gets no answer from DNS', checkDns)
          : isBad('does not resolve', checkName),
    ),
  );
  return found === 'deadline' ? isOdd(`was not resolved within ${askMs / 1_000} s`, checkDns) : found;
}

/** The host that this computer connects to directly: the first jump host, if there is one. */
export const judgeSshHost = (connection: SshConnection, tools: HostTools): Promise<Verdict> =>
  judgeRoute(connection, tools, []);

/** `hops`: the jump hosts that lead here, each of which the next one jumps through. */
async function judgeRoute(
  connection: SshConnection,
  tools: HostTools,
  hops: readonly string[],
): Promise<Verdict> {
  const settings = await sshSettings(connection, tools);
  if (typeof settings === 'string') return isBad(settings, 'Install OpenSSH, or correct your ssh_config.');
  // ssh reads the ssh_config for the first jump host only: the others are reached through the one before.
  const [hop = firstOf(sshSetting(settings, 'proxyjump'))] = connection.jump;
  if (hop !== null) {
    if (hops.includes(hop))
      return isBad(`jumps in a circle through ${hop}`, 'Correct ProxyJump in your ssh_config.');
    const { host, user, port } = parseJumpHost(hop);
    const next = { ...connection, host, user, port: port === null ? null : Number(port), jump: [] };
    return judgeRoute(next, tools, [...hops, hop]);
  }
  const { host } = connection;
  const isTarget = hops.length === 0;
  const command = sshSetting(settings, 'proxycommand');
  if (command !== null) {
    const through = `is reached through ${isTarget ? '' : `${host}, with `}`;
    const missing = await missingProxyProgram(command, tools.environment);
    return missing === null
      ? isFine(`${through}the ProxyCommand of your ssh_config`)
      : isBad(`${through}${missing}, which was not found`, installProgram(missing));
  }
  const name = sshSetting(settings, 'hostname') ?? host;
  if (isTarget && name !== host && isIP(name) !== 0) return isFine(`is ${name}`);
  if (!isTarget && isIP(name) !== 0)
    return isFine(`is reached through ${host}${name === host ? '' : ` (${name})`}`);
  const { message, ...verdict } = await judgeHost(name, tools);
  if (!isTarget) return { ...verdict, message: `is reached through ${host}, which ${message}` };
  return { ...verdict, message: name === host ? message : `is ${name}, which ${message}` };
}

const firstOf = (list: string | null): string | null => list?.split(',', 1)[0] ?? null;

export const installProgram = (program: string): string =>
  `Install ${program}, or put it on your login shell's PATH.`;

/** What a shell runs itself. */
const shellWords = new Set([
  'cd',
  'command',
  'eval',
  'export',
  'for',
  'if',
  'set',
  'ulimit',
  'umask',
  'while',
]);

/** The program of a ProxyCommand, if it is missing; null: it exists, or only a shell could tell which one it is. */
export async function missingProxyProgram(
  command: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  const program = /^(?:exec\s+)?(\/[\w./+-]+|\w[\w.+-]*)(?:\s|$)/.exec(command)?.[1];
  if (program === undefined || shellWords.has(program)) return null;
  return (await findOnPath(program, environment)) === null ? program : null;
}

/** The lines of `ssh -G`, or why there are none, as a message. */
async function sshSettings(
  connection: SshConnection,
  { environment }: HostTools,
): Promise<readonly string[] | string> {
  const run = await runProgram(sshSettingsArgv(connection), {
    env: environment,
    timeoutMs: askMs,
    maxOutputBytes,
  });
  if (run.exitCode === 0) return run.stdout.split('\n');
  if (run.hasTimedOut) return `ssh -G did not answer within ${askMs / 1_000} s`;
  return run.startError?.message ?? (run.stderr.trim().split('\n').at(-1) || 'ssh could not be started');
}
