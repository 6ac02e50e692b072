import { existsSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../../core/config/atomic-file.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { chooseConfigFile, requireTrustIn } from '../config-choice.ts';
import { daemonProgram, type Launch } from '../daemon-launch.ts';
import { exitCode } from '../exit-code.ts';
import { findHost } from '../host-connection.ts';
import { serviceManager, type ServiceManager } from '../service-manager.ts';
import { lastLine, runTool, type ToolRun } from '../tool-run.ts';
import { describeHost } from './daemon-start.ts';
import { jsonLines } from '../output/json-lines.ts';

export interface DaemonInstallOptions {
  /** Write the file only. */
  readonly start: boolean;
}

const toolMs = 45_000;

/** Has launchd or systemd start the daemon at login, and now. A repeated call takes over changed options. */
export const daemonInstall: Action<DaemonInstallOptions> = async (context, { start }) => {
  const manager = serviceManager(context);
  // Where another LocalPort runs, the app say, a failure would have it started again and again.
  const argv = [...daemonProgram(context, await configToPin(context)), '--unless-running'];
  const outputFile = path.join(context.paths.logDirectory, 'daemon-start.log');
  if (start && existsSync(manager.file)) await runAll(context, manager.unload);
  await writeFileAtomically(manager.file, manager.textOf({ argv, outputFile }), { mode: 0o644, sync: true });
  if (manager.link !== null) {
    await mkdir(path.dirname(manager.link), { recursive: true, mode: 0o700 });
    await rm(manager.link, { force: true });
    await symlink(manager.file, manager.link);
  }
  const started = start && (await startNow(context, manager));
  if (context.format === 'json') context.print(...jsonLines({ path: manager.file, started }));
  else context.print(manager.file);
  if (started) context.tell(`${manager.name} starts the daemon from now on, at each login`);
  if (manager.name === 'systemd')
    context.tell('It ends with your last session, unless you let it linger: loginctl enable-linger');
  return exitCode.ok;
};

/** At login neither this folder nor this environment count: a config that was found by them is named. */
async function configToPin(context: CommandContext): Promise<Launch> {
  const found = chooseConfigFile(context);
  await requireTrustIn(context, found);
  if (found === null || found.foundBy === 'search') return {};
  // Pinned, it is still a folder's: what somebody else checks out there later is not run.
  return { config: found.path, needsTrust: found.foundBy === 'folder' };
}

/** False where there is no manager to talk to, as in a container: the next login has one. */
async function startNow(context: CommandContext, manager: ServiceManager): Promise<boolean> {
  const running = await findHost(context);
  running?.close();
  const failure = await runAll(context, manager.load);
  if (failure === null) {
    if (running !== null)
      context.tell(
        `LocalPort is already running (${describeHost(running.host)}): the daemon exits while that one is running`,
      );
    return true;
  }
  const complaint = lastLine(failure.stderr);
  const hint = `${manager.file} is written: from your next login on it starts the daemon.`;
  if (!failure.isMissing)
    throw new CommandFailure(`${manager.name} did not start it: ${complaint}`, { hint });
  context.tell(`${complaint}; ${hint}`);
  return false;
}

export const daemonUninstall: Action = async (context) => {
  const manager = serviceManager(context);
  const removed = existsSync(manager.file);
  const failure = removed ? await runAll(context, manager.unload) : null;
  if (manager.link !== null) await rm(manager.link, { force: true });
  await rm(manager.file, { force: true });
  if (removed) await runAll(context, manager.afterRemoval);
  if (context.format === 'json') context.print(...jsonLines({ path: manager.file, removed }));
  else if (removed) context.say(`removed ${manager.file}`);
  else context.say(`${manager.name} does not know the daemon: there is no ${manager.file}`);
  if (failure !== null) context.tell(`${manager.name} said: ${lastLine(failure.stderr)}`);
  return exitCode.ok;
};

/** Runs one after the other; null when all went well, else the first that did not. */
async function runAll(context: CommandContext, commands: ServiceManager['load']): Promise<ToolRun | null> {
  for (const argv of commands) {
    const run = await runTool(context, argv, toolMs);
    if (run.exitCode !== 0) return run;
  }
  return null;
}
