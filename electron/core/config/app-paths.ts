/** The folders of the app's own files: state, logs, sockets. One location for each platform, all private to the user. */
import { constants, lstatSync } from 'node:fs';
import { access, chmod, lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../../shared/result.ts';
import { makeFolder } from '../files/make-folder.ts';
import { defaultConfigPath } from './config-search.ts';
import type { Environment } from './environment-substitution.ts';

export interface AppPaths {
  readonly stateDirectory: string;
  readonly logDirectory: string;
  /** For sockets. Short enough that a path with a file name of up to 27 characters fits into a socket address. */
  readonly runtimeDirectory: string;
  /** The config file to recommend if there is none. */
  readonly defaultConfigPath: string;
}

export interface AppPathsInput {
  readonly platform: NodeJS.Platform;
  readonly env: Environment;
  readonly homeDirectory: string;
  readonly uid: number;
}

/** sun_path has 104 bytes on macOS and 108 on Linux, including the terminating zero. */
const maxSocketPathBytes = 103;
/** The longest is the temporary name of ssh's control socket: see private-path.ts. */
const maxSocketNameBytes = 27;

/**
 * The folders to use. The runtime folder may be in /tmp, where another user can create one of the same name first: then the
 * sockets are in the state folder. Host and command both decide by what exists; if they disagree, the lock in the state folder
 * says where the host listens.
 */
export function findAppPaths(input: AppPathsInput): AppPaths {
  const paths = resolveAppPaths(input);
  const ownFolder = join(paths.stateDirectory, 'run');
  const isUsed = isSquatted(paths.runtimeDirectory, input.uid) && isShortEnough(ownFolder);
  return isUsed ? { ...paths, runtimeDirectory: ownFolder } : paths;
}

/** Whether the name belongs to another user, or is not a folder. */
function isSquatted(folder: string, uid: number): boolean {
  try {
    const stats = lstatSync(folder, { throwIfNoEntry: false });
    return stats !== undefined && (stats.uid !== uid || !stats.isDirectory());
  } catch {
    // A part of the path is not a folder, or cannot be entered: creating it will report that.
    return false;
  }
}

/** Pure: creates nothing. XDG variables with a relative path are ignored, as their specification requires. */
export function resolveAppPaths({ platform, env, homeDirectory, uid }: AppPathsInput): AppPaths {
  const config = defaultConfigPath(env, homeDirectory);
  const temporary = absolute(env['TMPDIR']) ?? '/tmp';
  if (platform === 'darwin') {
    return {
      stateDirectory: join(homeDirectory, 'Library/Application Support/LocalPort'),
      logDirectory: join(homeDirectory, 'Library/Logs/LocalPort'),
      runtimeDirectory: shortEnough(join(temporary, `localport-${uid}`), uid),
      defaultConfigPath: config,
    };
  }
  const state = join(absolute(env['XDG_STATE_HOME']) ?? join(homeDirectory, '.local/state'), 'localport');
  const runtime = absolute(env['XDG_RUNTIME_DIR']);
  return {
    stateDirectory: state,
    logDirectory: join(state, 'logs'),
    runtimeDirectory: shortEnough(
      runtime === undefined ? join(temporary, `localport-${uid}`) : join(runtime, 'localport'),
      uid,
    ),
    defaultConfigPath: config,
  };
}

const absolute = (path: string | undefined): string | undefined =>
  path?.startsWith('/') === true ? path : undefined;

const isShortEnough = (path: string): boolean =>
  Buffer.byteLength(path) + 1 + maxSocketNameBytes <= maxSocketPathBytes;

/** Replaces a path that is too long for sockets by a short one, named after a hash of the long one. */
function shortEnough(path: string, uid: number): string {
  if (isShortEnough(path)) return path;
  // Loaded on demand: otherwise it would add 3 ms to every start of the command.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return `/tmp/localport-${uid}-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`;
}

/** Folders that cannot be written, each with the system's message. null: it can be written. */
export interface UnwritableFolders {
  readonly state: string | null;
  readonly logs: string | null;
}

/**
 * Creates the folders, readable by the user only. The error is a sentence. A missing runtime folder is an error, since there
 * is no socket without it; so is another user's folder: the runtime folder may be in /tmp, where any user could have created it
 * first, and it must not be a link either. The host runs without state and logs that cannot be written.
 */
export async function prepareAppPaths(
  paths: AppPaths,
  uid: number,
): Promise<Result<UnwritableFolders, string>> {
  const folders = {
    state: { path: paths.stateDirectory, mayBeLink: true },
    logs: { path: paths.logDirectory, mayBeLink: true },
    runtime: { path: paths.runtimeDirectory, mayBeLink: false },
  };
  const state = await makePrivate(folders.state, uid);
  const logs = await makePrivate(folders.logs, uid);
  const runtime = await makePrivate(folders.runtime, uid);
  for (const made of [state, logs, runtime]) if (made.kind === 'refused') return err(made.why);
  if (runtime.kind === 'unwritable') return err(`${folders.runtime.path} cannot be created: ${runtime.why}`);
  return ok({ state: whyUnwritable(state), logs: whyUnwritable(logs) });
}

type Made = { readonly kind: 'ready' } | { readonly kind: 'unwritable' | 'refused'; readonly why: string };

const whyUnwritable = (made: Made): string | null => (made.kind === 'unwritable' ? made.why : null);

interface Folder {
  readonly path: string;
  readonly mayBeLink: boolean;
}

async function makePrivate({ path, mayBeLink }: Folder, uid: number): Promise<Made> {
  try {
    await makeFolder(path);
    const stats = mayBeLink ? await stat(path) : await lstat(path);
    if (!stats.isDirectory()) return { kind: 'refused', why: `${path} is not a folder: remove it` };
    if (stats.uid !== uid)
      return { kind: 'refused', why: `${path} belongs to user ${stats.uid}, expected ${uid}: remove it` };
    if ((stats.mode & 0o777) !== 0o700) await chmod(path, 0o700);
    await access(path, constants.W_OK | constants.X_OK);
    return { kind: 'ready' };
  } catch (error) {
    return { kind: 'unwritable', why: error instanceof Error ? error.message : String(error) };
  }
}
