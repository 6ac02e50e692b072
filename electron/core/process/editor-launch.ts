/**
 * Opens a file at a line, in the first editor on the user's PATH that can: no setting of the system says which editor that is,
 * and `open` and `xdg-open` take no line.
 */
import { startChild, type Argv } from './child-start.ts';
import type { Environment } from './environment-block.ts';
import { findOnPath } from './find-on-path.ts';

/** How each is told the line: `code --help`, `zed --help`, `subl --help`. */
const editors: readonly (readonly [string, (file: string, line: number) => readonly string[]])[] = [
  ['code', (file, line) => ['--goto', `${file}:${line}`]],
  ['cursor', (file, line) => ['--goto', `${file}:${line}`]],
  ['windsurf', (file, line) => ['--goto', `${file}:${line}`]],
  ['codium', (file, line) => ['--goto', `${file}:${line}`]],
  ['zed', (file, line) => [`${file}:${line}`]],
  ['subl', (file, line) => [`${file}:${line}`]],
];

/** It only asks a running editor, or starts one and leaves. */
const launchMs = 20_000;

/** False: there is no such editor, or it could not be started. `file`: absolute. */
export async function openAtLine(file: string, line: number, environment: Environment): Promise<boolean> {
  const argv = await editorFor(file, line, environment);
  if (argv === null) return false;
  const started = startChild(argv, { env: environment, stdio: 'ignore', timeout: launchMs });
  if (!started.ok) return false;
  const { exitCode, timedOut } = await started.value;
  // One that stays is one that shows the file.
  return exitCode === 0 || timedOut;
}

async function editorFor(file: string, line: number, environment: Environment): Promise<Argv | null> {
  for (const [name, argumentsFor] of editors) {
    const program = await findOnPath(name, environment);
    if (program !== null) return [program, ...argumentsFor(file, line)];
  }
  return null;
}
