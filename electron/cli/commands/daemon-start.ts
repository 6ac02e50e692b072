import type { HostInfo } from '../../../shared/service-snapshot.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure, usageFailure } from '../command-failure.ts';
import { chooseConfigFile, refuseOtherConfig, requireTrustIn } from '../config-choice.ts';
import { daemonProgram, launchDaemon } from '../daemon-launch.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { answerOf, closing, findHost } from '../host-connection.ts';
import { replaceOlderDaemon } from '../other-version.ts';
import { tellConfigInUse } from '../output/config-complaint.ts';
import { hostObject } from '../output/host-object.ts';
import { jsonLines } from '../output/json-lines.ts';

export interface DaemonStartOptions {
  readonly foreground?: true;
  readonly menuBar?: true;
}

export const describeHost = ({ kind, version, pid }: HostInfo): string => `${kind} ${version}, pid ${pid}`;

export const daemonStart: Action<DaemonStartOptions> = async (context, options) => {
  const { foreground, menuBar } = options;
  if (foreground === true && menuBar === true)
    throw usageFailure('--foreground and --menu-bar cannot be combined');
  const found = await findHost(context);
  if (found !== null && !isWhatIsWanted(found.host, options)) {
    found.close();
    throw new CommandFailure(`LocalPort is already running: ${describeHost(found.host)}`, {
      hint: 'Stop it first: localport daemon stop',
    });
  }
  if (found !== null) await refuseOtherConfig(context, found);
  const running = found === null ? null : await replaceOlderDaemon(context, found);
  if (foreground === true) {
    await requireTrustIn(context, chooseConfigFile(context));
    return runInForeground(context);
  }
  const startedAt = context.clock.now();
  const kind = menuBar === true ? 'menu-bar' : 'headless';
  const client = running ?? (await launchDaemon(context, { kind }));
  const tookMs = Math.round(context.clock.now() - startedAt);
  return closing(client, async () => {
    if (running !== null) tellConfigInUse(context, answerOf(await client.request('snapshot', {})).config);
    if (context.format === 'json') {
      context.print(...jsonLines(hostObject(answerOf(await client.request('snapshot', {})))));
    } else if (running !== null) context.say(`LocalPort is already running: ${describeHost(client.host)}`);
    else context.say(`Started ${describeHost(client.host)}, in ${tookMs} ms`);
    return exitCode.ok;
  });
};

/** Any host will do, unless the user asks for the app or the foreground. */
const isWhatIsWanted = ({ kind }: HostInfo, { foreground, menuBar }: DaemonStartOptions): boolean =>
  foreground !== true && (menuBar !== true || kind === 'menu-bar');

/** The daemon takes over this terminal; Ctrl-C reaches it directly, because it is in the same process group. */
async function runInForeground(context: CommandContext): Promise<ExitCode> {
  const [file, ...args] = daemonProgram(context);
  const { execa } = await import('execa');
  const daemon = execa(file, [...args, '--foreground'], {
    stdio: 'inherit',
    env: context.env,
    extendEnv: false,
    cleanup: false,
    forceKillAfterDelay: false,
    reject: false,
  });
  // A signal to this command is meant for the daemon, which needs time for its shutdown.
  process.on('SIGTERM', () => daemon.kill('SIGTERM'));
  const { exitCode: code, originalMessage } = await daemon;
  if (daemon.pid === undefined)
    throw new CommandFailure(`the daemon could not be started: ${originalMessage ?? ''}`);
  return code === 0 ? exitCode.ok : exitCode.error;
}
