/** Where the app keeps what is not the user's: state, logs, sockets. One place for each platform, all for the user only. */
import { constants, lstatSync } from 'node:fs';
import { access, chmod, lstat, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../../shared/result.ts';
import { defaultConfigPath } from './config-search.ts';
import type { Environment } from './environment-substitution.ts';

export interface AppPaths {
  readonly stateDirectory: string;
  readonly logDirectory: string;
  /** For sockets. Short: with any file name of up to 27 characters it fits into a socket address. */
  readonly runtimeDirectory: string;
  /** The config file to recommend where there is none. */
  readonly defaultConfigPath: string;
}

export interface AppPathsInput {
  readonly platform: NodeJS.Platform;
  readonly env: Environment;
  readonly homeDirectory: string;
  readonly uid: number;
}

/** sun_path has 104 bytes on macOS, 108 on Linux, the last one a zero. */
const maxSocketPathBytes = 103;
/** The longest is the one by which ssh binds a control socket: see private-path.ts. */
const maxSocketNameBytes = 27;

/**
 * The places that are used. The runtime folder may lie where anybody can make one of its name first, in /tmp: then the sockets
 * are in the state folder. Host and command both decide by what is there; where they differ, the lock in the state folder
 * says where the host listens.
 */
export function findAppPaths(input: AppPathsInput): AppPaths {
  const paths = resolveAppPaths(input);
  const ownFolder = join(paths.stateDirectory, 'run');
  const isUsed = isSquatted(paths.runtimeDirectory, input.uid) && isShortEnough(ownFolder);
  return isUsed ? { ...paths, runtimeDirectory: ownFolder } : paths;
}

/** Whether somebody else, or something else than a folder, has the name. */
function isSquatted(folder: string, uid: number): boolean {
  try {
    const stats = lstatSync(folder, { throwIfNoEntry: false });
    return stats !== undefined && (stats.uid !== uid || !stats.isDirectory());
  } catch {
    // Something on the way is no folder, or may not be entered: making it will tell.
    return false;
  }
}

/** Pure: makes nothing. XDG variables with a relative path are ignored, as their specification says. */
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

/** A folder that is too long for sockets is replaced by a short one of its own, which a hash names. */
function shortEnough(path: string, uid: number): string {
  if (isShortEnough(path)) return path;
  // Loaded by need: it would be 3 ms of every start of the command.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return `/tmp/localport-${uid}-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`;
}

/** Folders that cannot be written, and why, in the system's words. null: all is in order. */
export interface UnwritableFolders {
  readonly state: string | null;
  readonly logs: string | null;
}

/**
 * Makes the folders, readable by the user only. Without the runtime folder there is no socket, so that is an error, a
 * sentence; so is a folder that is not this user's: the runtime folder may be in /tmp, where anybody could have made it
 * first, and must not be a link either. State and logs that cannot be written are done without.
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
    await mkdir(path, { recursive: true, mode: 0o700 });
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
