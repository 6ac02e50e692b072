/**
 * Opens a file at a line, in the first editor on the user's PATH that can: no setting of the system says which editor that is,
 * and `open` and `xdg-open` take no line.
 */
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { startChild, type Argv } from './child-start.ts';
import type { Environment } from './environment-block.ts';

/** How each editor takes a line: `code --help`, `zed --help`, `subl --help`. */
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

async function editorFor(file: string, line: number, { PATH = '' }: Environment): Promise<Argv | null> {
  const folders = PATH.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  for (const [name, argumentsFor] of editors) {
    for (const folder of folders) {
      const program = path.join(folder, name);
      if (await isProgram(program)) return [program, ...argumentsFor(file, line)];
    }
  }
  return null;
}

const isProgram = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
