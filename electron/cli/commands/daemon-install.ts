import { existsSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { prepareAppPaths } from '../../core/config/app-paths.ts';
import { writeFileAtomically } from '../../core/files/atomic-file.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { chooseConfigFile, requireTrustIn } from '../config-choice.ts';
import { daemonProgram, type Launch } from '../daemon-launch.ts';
import { exitCode } from '../exit-code.ts';
import { findHost } from '../host-connection.ts';
import { serviceManager, serviceTools } from '../service-manager-choice.ts';
import type { ServiceManager } from '../service-manager.ts';
import { stableProgram } from '../stable-program.ts';
import { lastLine, type ToolRun } from '../tool-run.ts';
import { refuseTransient } from '../transient-place.ts';
import { describeHost } from './daemon-start.ts';
import { jsonLines } from '../output/json-lines.ts';

export interface DaemonInstallOptions {
  /** Write the file only. */
  readonly start: boolean;
}

/** Makes launchd or systemd start the daemon at login, and now. A repeated call applies changed options. */
export const daemonInstall: Action<DaemonInstallOptions> = async (context, { start }) => {
  const manager = serviceManager(context);
  // While another LocalPort is running, for example the app, a failure would cause endless restarts.
  const [file, ...args] = daemonProgram(context, await configToPin(context));
  const argv = [await stableProgram(file, context.env['PATH']), ...args, '--unless-running'];
  refuseTransient(context, [file, context.programFolder]);
  const outputFile = await prepareOutput(context);
  const left = start ? await manager.unload(serviceTools(context)) : null;
  // A remaining one still holds the name: a new one would be refused.
  if (left !== null && !left.isMissing && manager.name === 'launchd') throw notStarted(manager, left);
  await writeFileAtomically(manager.file, manager.textOf({ argv, outputFile }), { mode: 0o644, sync: true });
  if (manager.link !== null) {
    await mkdir(path.dirname(manager.link), { recursive: true, mode: 0o700 });
    await rm(manager.link, { force: true });
    await symlink(manager.file, manager.link);
  }
  const started = start && (await startNow(context, manager));
  if (context.format === 'json') context.print(...jsonLines({ path: manager.file, started }));
  else context.print(manager.file);
  if (started) context.tell(`${manager.name} starts the daemon now and at each login`);
  if (manager.name === 'systemd')
    context.tell('It ends with your last session. To keep it running: loginctl enable-linger');
  return exitCode.ok;
};

/** launchd opens this file before it starts the daemon, so the daemon would create the folder too late. */
async function prepareOutput({ paths, uid }: CommandContext): Promise<string> {
  const prepared = await prepareAppPaths(paths, uid);
  if (!prepared.ok) throw new CommandFailure(prepared.error);
  return prepared.value.logs === null ? path.join(paths.logDirectory, 'daemon-start.log') : '/dev/null';
}

/**
 * At login, neither this folder nor this environment applies: a config that was found through them is passed by name.
 */
async function configToPin(context: CommandContext): Promise<Launch> {
  const found = chooseConfigFile(context);
  await requireTrustIn(context, found);
  if (found === null || found.foundBy === 'search') return {};
  // Although it is named, it is still a folder's config: a later checkout there must not run untrusted.
  return { config: found.path, needsTrust: found.foundBy === 'folder' };
}

/** False without a reachable manager, as in a container: the next login has one. */
async function startNow(context: CommandContext, manager: ServiceManager): Promise<boolean> {
  const running = await findHost(context);
  running?.close();
  const failure = await manager.load(serviceTools(context));
  if (failure === null) {
    if (running !== null)
      context.tell(
        `LocalPort is already running (${describeHost(running.host)}): the daemon exits while that one is running`,
      );
    return true;
  }
  if (!failure.isMissing) throw notStarted(manager, failure);
  context.tell(`${lastLine(failure.stderr)}; ${startsAtLogin(manager)}`);
  return false;
}

const startsAtLogin = ({ file }: ServiceManager): string =>
  `${file} is written, and starts the daemon from your next login on.`;

const notStarted = (manager: ServiceManager, { stderr }: ToolRun): CommandFailure =>
  new CommandFailure(`${manager.name} did not start the daemon: ${wordsOf(stderr)}`, {
    hint: existsSync(manager.file) ? `${startsAtLogin(manager)} ${manager.advice}` : manager.advice,
  });

/** launchctl's last line is advice for administrators. */
const wordsOf = (stderr: string): string =>
  lastLine(stderr.replace(/\n?Try re-running the command as root for richer errors\.?\s*$/, ''));

export const daemonUninstall: Action = async (context) => {
  const { manager, removed, failure } = await removeService(context);
  if (context.format === 'json') context.print(...jsonLines({ path: manager.file, removed }));
  else if (removed) context.say(`removed ${manager.file}`);
  else context.say(`the daemon is not installed: there is no ${manager.file}`);
  if (failure !== null) context.tell(`${manager.name} said: ${wordsOf(failure.stderr)}`);
  return exitCode.ok;
};

export interface RemovedService {
  readonly manager: ServiceManager;
  /** A file existed. */
  readonly removed: boolean;
  /** The first step that the manager did not perform. */
  readonly failure: ToolRun | null;
}

/** Stops the installed daemon, and no longer starts it at login. */
export async function removeService(context: CommandContext): Promise<RemovedService> {
  const manager = serviceManager(context);
  const tools = serviceTools(context);
  const removed = existsSync(manager.file);
  const failure = await manager.unload(tools);
  if (manager.link !== null) await rm(manager.link, { force: true });
  await rm(manager.file, { force: true });
  if (removed) await manager.afterRemoval(tools);
  return { manager, removed, failure: removed ? failure : null };
}
