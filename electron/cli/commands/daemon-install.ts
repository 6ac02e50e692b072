import { existsSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../../core/config/atomic-file.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { daemonProgram } from '../daemon-launch.ts';
import { exitCode } from '../exit-code.ts';
import { serviceManager, type ServiceManager } from '../service-manager.ts';
import { lastLine, runTool, type ToolRun } from '../tool-run.ts';

export interface DaemonInstallOptions {
  /** Write the file only. */
  readonly start: boolean;
}

const toolMs = 45_000;

/** Has launchd or systemd start the daemon at login, and now. A repeated call takes over changed options. */
export const daemonInstall: Action<DaemonInstallOptions> = async (context, { start }) => {
  const manager = serviceManager(context);
  const argv = daemonProgram(context);
  const outputFile = path.join(context.paths.logDirectory, 'daemon-start.log');
  if (start && existsSync(manager.file)) await runAll(context, manager.unload);
  await writeFileAtomically(manager.file, manager.textOf({ argv, outputFile }), 0o644);
  if (manager.link !== null) {
    await mkdir(path.dirname(manager.link), { recursive: true, mode: 0o700 });
    await rm(manager.link, { force: true });
    await symlink(manager.file, manager.link);
  }
  context.print(manager.file);
  if (!start) return exitCode.ok;
  const failure = await runAll(context, manager.load);
  if (failure !== null) {
    const hint = `${manager.file} is written: from your next login on it starts the daemon.`;
    if (!failure.isMissing)
      throw new CommandFailure(`${manager.name} did not start it: ${lastLine(failure.stderr)}`, { hint });
    context.tell(`${lastLine(failure.stderr)}; ${hint}`);
    return exitCode.ok;
  }
  context.say(`${manager.name} starts the daemon from now on, at each login`);
  return exitCode.ok;
};

export const daemonUninstall: Action = async (context) => {
  const manager = serviceManager(context);
  if (!existsSync(manager.file)) {
    context.say(`${manager.name} does not know the daemon: there is no ${manager.file}`);
    return exitCode.ok;
  }
  const failure = await runAll(context, manager.unload);
  if (manager.link !== null) await rm(manager.link, { force: true });
  await rm(manager.file, { force: true });
  await runAll(context, manager.afterRemoval);
  context.say(`removed ${manager.file}`);
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
