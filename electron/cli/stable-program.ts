/**
 * The path at which a program is still found after an update. `process.execPath` is the real path: Homebrew's names the
 * version (`/opt/homebrew/Cellar/node/24.1.0/bin/node`) and is gone after `brew upgrade`, and launchd then ends the job
 * with 78 (EX_CONFIG) without a message.
 */
import { realpath } from 'node:fs/promises';
import path from 'node:path';

export type RealPath = (file: string) => Promise<string | null>;

export const realPathOf: RealPath = (file) => realpath(file).catch(() => null);

/**
 * Homebrew keeps `PREFIX/opt/FORMULA` as a link to the version in use, even for a formula that is not linked into
 * `bin`.
 */
const inCellar = /^(.+)\/Cellar\/([^/]+)\/[^/]+\/(.+)$/;
/** fnm creates a folder for each shell session, and removes it later. */
const ofOneSession = /\/fnm_multishells\//;

/** Another path to the same program, if there is one that survives its version; otherwise `program` itself. */
export async function stableProgram(
  program: string,
  searchPath: string | undefined,
  realPath: RealPath = realPathOf,
): Promise<string> {
  const wanted = await realPath(program);
  if (wanted === null) return program;
  const [, prefix, formula, rest] = inCellar.exec(wanted) ?? [];
  const places = [
    ...(prefix === undefined ? [] : [path.join(prefix, 'opt', formula ?? '', rest ?? '')]),
    ...(searchPath ?? '')
      .split(path.delimiter)
      .filter((folder) => path.isAbsolute(folder) && !ofOneSession.test(`${folder}/`))
      .map((folder) => path.join(folder, path.basename(program))),
  ];
  for (const place of places) if (!inCellar.test(place) && (await realPath(place)) === wanted) return place;
  return program;
}
