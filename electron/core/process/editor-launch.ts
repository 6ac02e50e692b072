/**
 * Opens a file at a line, in the first editor on the user's PATH that supports it: no system setting names such an editor,
 * and `open` and `xdg-open` accept no line.
 */
import { startChild, type Argv } from './child-start.ts';
import type { Environment } from './environment-block.ts';
import { findOnPath } from './find-on-path.ts';

/** How each editor takes a line: `code --help`, `zed --help`, `subl --help`. */
const editors: readonly (readonly [string, (file: string, line: number) => readonly string[]])[] = [
  ['code', (file, line) => ['--goto', `${file}:${line}`]],
  ['cursor', (file, line) => ['--goto', `${file}:${line}`]],
  ['windsurf', (file, line) => ['--goto', `${file}:${line}`]],
  ['codium', (file, line) => ['--goto', `${file}:${line}`]],
  ['zed', (file, line) => [`${file}:${line}`]],
  ['subl', (file, line) => [`${file}:${line}`]],
];

/** The command only notifies a running editor, or starts one and exits. */
const launchMs = 20_000;

/** False: there is no such editor, or it could not be started. `file`: absolute. */
export async function openAtLine(file: string, line: number, environment: Environment): Promise<boolean> {
  const argv = await editorFor(file, line, environment);
  if (argv === null) return false;
  const started = startChild(argv, { env: environment, stdio: 'ignore', timeout: launchMs });
  if (!started.ok) return false;
  const { exitCode, timedOut } = await started.value;
  // A command that keeps running shows the file itself.
  return exitCode === 0 || timedOut;
}

async function editorFor(file: string, line: number, environment: Environment): Promise<Argv | null> {
  for (const [name, argumentsFor] of editors) {
    const program = await findOnPath(name, environment);
    if (program !== null) return [program, ...argumentsFor(file, line)];
  }
  return null;
}
