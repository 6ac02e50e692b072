import { spawn } from 'node:child_process';
import type { HostInfo } from '../../../shared/service-snapshot.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure, usageFailure } from '../command-failure.ts';
import { daemonProgram, launchDaemon } from '../daemon-launch.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { findHost } from '../host-connection.ts';

export interface DaemonStartOptions {
  readonly foreground?: true;
  readonly menuBar?: true;
}

export const describeHost = ({ kind, version, pid }: HostInfo): string => `${kind} ${version}, pid ${pid}`;

export const daemonStart: Action<DaemonStartOptions> = async (context, { foreground, menuBar }) => {
  if (foreground === true && menuBar === true)
    throw usageFailure('--foreground and --menu-bar exclude each other');
  const running = await findHost(context);
  if (running !== null) {
    running.close();
    context.say(`LocalPort runs already: ${describeHost(running.host)}`);
    return exitCode.ok;
  }
  if (foreground === true) return runInForeground(context);
  const startedAt = context.clock.now();
  const client = await launchDaemon(context, { kind: menuBar === true ? 'menu-bar' : 'headless' });
  client.close();
  const tookMs = Math.round(context.clock.now() - startedAt);
  if (context.format === 'json') context.print(JSON.stringify(client.host, null, 2));
  else context.say(`started: ${describeHost(client.host)}, in ${tookMs} ms`);
  return exitCode.ok;
};

/** The daemon takes over this terminal; Ctrl-C reaches it by itself, as it is in the same process group. */
function runInForeground(context: CommandContext): Promise<ExitCode> {
  const [file, ...args] = daemonProgram(context);
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args, '--foreground'], { stdio: 'inherit', env: context.env });
    // Who ends this command means the daemon.
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.once('error', (error) => {
      reject(new CommandFailure(`the daemon could not be started: ${error.message}`));
    });
    child.once('exit', (code) => {
      resolve(code === 0 ? exitCode.ok : exitCode.error);
    });
  });
}
