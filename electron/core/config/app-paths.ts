/** Where the app keeps what is not the user's: state, logs, sockets. One place for each platform, all for the user only. */
import { chmod, lstat, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '../../../shared/result.ts';
import { defaultConfigPath } from './config-search.ts';
import type { Environment } from './environment-substitution.ts';

export interface AppPaths {
  readonly stateDirectory: string;
  readonly logDirectory: string;
  /** For sockets. Short: with any file name of up to 24 characters it fits into a socket address. */
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
const maxSocketNameBytes = 24;

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

/** A folder that is too long for sockets is replaced by a short one of its own, which a hash names. */
function shortEnough(path: string, uid: number): string {
  if (Buffer.byteLength(path) + 1 + maxSocketNameBytes <= maxSocketPathBytes) return path;
  // Loaded by need: it would be 3 ms of every start of the command.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return `/tmp/localport-${uid}-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`;
}

/**
 * Makes the folders, readable by the user only. The error is a sentence. The runtime folder may lie in /tmp, where
 * anybody could have made it first: a link, or another user's folder, is refused.
 */
export async function prepareAppPaths(paths: AppPaths, uid: number): Promise<Result<void, string>> {
  const folders = [
    { path: paths.stateDirectory, mayBeLink: true },
    { path: paths.logDirectory, mayBeLink: true },
    { path: paths.runtimeDirectory, mayBeLink: false },
  ];
  for (const { path, mayBeLink } of folders) {
    const refusal = await makePrivate(path, uid, mayBeLink);
    if (refusal !== null) return err(refusal);
  }
  return ok(undefined);
}

async function makePrivate(path: string, uid: number, mayBeLink: boolean): Promise<string | null> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const stats = mayBeLink ? await stat(path) : await lstat(path);
    if (!stats.isDirectory()) return `${path} is no folder: remove it`;
    if (stats.uid !== uid) return `${path} belongs to user ${stats.uid}, expected ${uid}: remove it`;
    if ((stats.mode & 0o777) !== 0o700) await chmod(path, 0o700);
    return null;
  } catch (error) {
    return `${path} cannot be made: ${error instanceof Error ? error.message : String(error)}`;
  }
}
