/**
 * Installs the app's `localport` command where shells find it: a link to the script in the app, or, since the contents of an
 * AppImage exist only while it runs, a script that starts the AppImage. Only our own files are ever replaced.
 */
import { accessSync, constants } from 'node:fs';
import { chmod, lstat, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { shellWord } from '../../../shared/shell-word.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { errorMessage } from '../lifecycle/error-text.ts';
import { makeFolder } from '../files/make-folder.ts';
import { commandSwitches, type AppRuntime, type Runtime } from './app-runtime.ts';
import { commandFolder, isOnPath } from './command-folder.ts';
import { isTransient } from './transient-place.ts';

export interface CommandInstallation {
  readonly platform: NodeJS.Platform;
  readonly homeDirectory: string;
  readonly runtime: Runtime;
  /** PATH of the user's shell; null: not known. */
  readonly searchPath: string | null;
  /** By default, whether this user can write to it. */
  readonly isWritable?: (folder: string) => boolean;
}

export interface InstalledCommand {
  /** The path of the link. */
  readonly path: string;
  /** What the user has to do so that shells find it; null: nothing. */
  readonly hint: string | null;
}

const name = 'localport';
const appImageMark = '# The localport command of an AppImage, written by LocalPort.';

/** The error is a sentence that says what to do. An existing link of ours is changed to point to this app. */
export async function installCommand(
  installation: CommandInstallation,
): Promise<Result<InstalledCommand, string>> {
  const { runtime, isWritable = canWrite } = installation;
  if (runtime.kind === 'node')
    return err('Only the installed app brings the command. In a checkout, npm link puts it on your PATH.');
  if (isTransient(runtime.program))
    return err('Move LocalPort to the Applications folder and open it from there first.');
  const folder = commandFolder({ ...installation, isWritable });
  const link = path.join(folder, name);
  if ((await commandOwner(link)) === 'others')
    return err(
      `${link} belongs to another program and was left as it is. Move it away, and install the command again.`,
    );
  try {
    await makeFolder(folder, 0o755);
    await put(link, runtime);
  } catch (error) {
    return err(`${link} cannot be written: ${errorMessage(error)}`);
  }
  return ok({ path: link, hint: pathHint(folder, installation) });
}

/** The result as text, for terminals and notices. */
export const installedInWords = ({ path: link, hint }: InstalledCommand): readonly string[] => [
  `The localport command is installed: ${link}`,
  ...(hint === null ? [] : [hint]),
];

function pathHint(folder: string, { searchPath, homeDirectory }: CommandInstallation): string | null {
  const line = `add this line to your shell's startup file: export PATH=${shellWord(folder)}:"$PATH"`;
  if (searchPath !== null)
    return isOnPath(folder, searchPath) ? null : `${folder} is not on your PATH: ${line}`;
  return folder.startsWith(homeDirectory) ? `If your shell does not find localport, ${line}` : null;
}

export type CommandOwner = 'nobody' | 'us' | 'others';

/** Who owns the command. A link is ours if it points to our script, whether or not that app still exists. */
export async function commandOwner(file: string): Promise<CommandOwner> {
  const stats = await lstat(file).catch(() => null);
  if (stats === null) return 'nobody';
  if (stats.isSymbolicLink()) return ownScript.test(await readlink(file)) ? 'us' : 'others';
  if (!stats.isFile() || stats.size > maxScriptBytes) return 'others';
  return (await readFile(file, 'utf8').catch(() => '')).includes(appImageMark) ? 'us' : 'others';
}

/** In the resources of an app; the second path is the target that an earlier README used. */
const ownScript = /\/resources\/(?:bin\/localport|cli\/localport\.cjs)$/i;
const maxScriptBytes = 4_096;

/** By rename: a shell never finds a partial command, or none. */
async function put(link: string, runtime: AppRuntime): Promise<void> {
  const fresh = `${link}.${process.pid}.tmp`;
  await rm(fresh, { force: true });
  try {
    if (runtime.isAppImage) {
      await writeFile(fresh, appImageScript(runtime), { mode: 0o755, flag: 'wx' });
      await chmod(fresh, 0o755);
    } else await symlink(runtime.commandScript, fresh);
    await rename(fresh, link);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

const appImageScript = ({ program, platform }: AppRuntime): string =>
  `#!/bin/sh\n${appImageMark}\nexec ${[program, ...commandSwitches(platform)].map(shellWord).join(' ')} "$@"\n`;

function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
