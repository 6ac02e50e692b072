import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CommandContext } from '../command-context.ts';
import { bad, fine, type Finding } from '../output/findings.ts';
import { serviceManager } from '../service-manager-choice.ts';
import { lastLine, runTool } from '../tool-run.ts';
import type { Check } from './examination.ts';
import { isNodeTooOld, minimumNode } from './node-version.ts';

const versionMs = 5_000;
const reinstall = 'localport daemon install';

/** The program that launchd or systemd starts at login: an update of Node, or moving the app, can remove it. */
export const checkInstalledDaemon: Check = async ({ context }) => {
  if (context.platform !== 'darwin' && context.platform !== 'linux') return [];
  const { file, name, programIn } = serviceManager(context);
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return [];
  const [program, ...args] = programIn(text);
  const script = args.find((argument) => path.basename(argument) === 'daemon.cjs');
  if (program === undefined) return [finding(`${file} names no program`)];
  for (const needed of [program, script])
    if (needed?.startsWith('/') === true && (await stat(needed).catch(() => null)) === null)
      return [finding(`${name} cannot start it: ${needed} is gone`)];
  const old = await tooOld(context, program);
  return [old === null ? fine('daemon at login', `${name} starts it with ${program}`) : finding(old)];
};

const finding = (message: string): Finding => bad('daemon at login', message, reinstall);

/** null: its version is sufficient, or it is not Node itself. */
async function tooOld(context: CommandContext, program: string): Promise<string | null> {
  if (path.basename(program) !== 'node') return null;
  const { exitCode, stdout, stderr } = await runTool(context, [program, '--version'], versionMs);
  if (exitCode !== 0) return `${program} does not run: ${lastLine(stderr)}`;
  const version = stdout.trim();
  return isNodeTooOld(version)
    ? `${program} is Node ${version}, and ${minimumNode.join('.')} is needed`
    : null;
}
