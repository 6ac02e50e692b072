/** Reads the config file for an edit and writes it in place, but never over a concurrent change. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { err, ok, type Result } from '../../../../shared/result.ts';
import { errorMessage } from '../../lifecycle/error-text.ts';
import { unwritable } from '../../files/write-failure.ts';
import { removeOldTemporaries, writeFileAtomically } from '../../files/atomic-file.ts';
import { readConfigSource, type ConfigSource } from '../config-source.ts';
import { digestOf, type TrustStore } from '../trust-store.ts';

/** Thrown during a write; caught here. */
class ChangedMeanwhile extends Error {}

export type WriteFailure =
  { readonly kind: 'changed' } | { readonly kind: 'failed'; readonly message: string };

export interface ConfigWrite {
  readonly uid: number;
  readonly trust: TrustStore;
  /** Only trusted texts may run, so only trusted texts may be edited. */
  readonly needsTrust: boolean;
}

/** The error is a sentence. */
export async function readConfigFile(path: string, uid: number): Promise<Result<ConfigSource, string>> {
  const source = await readConfigSource(path, uid);
  return source.ok ? source : err(`${path}: ${source.error.message}`);
}

/**
 * Replaces the text of `former` by another one: atomically, through links, keeping the mode and owner of the file. If the
 * former text is trusted, so is the new one. `changed`: the file no longer has the text of `former`.
 */
export async function writeConfigFile(
  former: ConfigSource,
  text: string,
  { uid, trust, needsTrust }: ConfigWrite,
): Promise<Result<void, WriteFailure>> {
  const { realPath, hasMark } = former;
  const isTrusted = (await trust.recordOf(former)) === 'trusted';
  if (needsTrust && !isTrusted)
    return failed(`${realPath} is not trusted: review it and trust it first, with localport trust`);
  const barrier = await whyUnwritable(realPath);
  if (barrier !== null) return failed(barrier);
  try {
    const { mode, uid: owner, gid } = await stat(realPath);
    // Before the file, so that a watcher of the file finds the new text trusted.
    if (isTrusted) await trust.trust({ realPath, digest: digestOf(text) });
    await writeFileAtomically(realPath, (hasMark ? '\ufeff' : '') + text, {
      mode: mode & 0o7777,
      sync: true,
      owner: { uid: owner, gid },
      beforeReplacing: async () => {
        const now = await readConfigSource(realPath, uid);
        if (!now.ok || now.value.digest !== former.digest) throw new ChangedMeanwhile();
      },
    });
    await removeOldTemporaries(realPath);
    return ok(undefined);
  } catch (error) {
    if (error instanceof ChangedMeanwhile) return err({ kind: 'changed' });
    return failed(unwritable(realPath, errorMessage(error)));
  }
}

const failed = (message: string): Result<never, WriteFailure> => err({ kind: 'failed', message });

/** Checks the folder too: a new file replaces the old one there. */
async function whyUnwritable(realPath: string): Promise<string | null> {
  const folder = dirname(realPath);
  const ofFile = await writeBarrier(realPath);
  if (ofFile?.includes('EROFS: ') === true) return unwritable(realPath, ofFile);
  if (ofFile !== null) return `the file ${realPath} is read-only: run chmod u+w ${realPath}`;
  return (await writeBarrier(folder)) === null
    ? null
    : `the folder ${folder} is read-only, so the config in it cannot be replaced: run chmod u+w ${folder}`;
}

/** The system's message; null: it may be written. */
const writeBarrier = (path: string): Promise<string | null> =>
  access(path, constants.W_OK).then(() => null, errorMessage);
