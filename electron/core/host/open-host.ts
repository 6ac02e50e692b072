import { homedir } from 'node:os';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { HostInfo } from '../../../shared/service-snapshot.ts';
import type { Clock } from '../clock.ts';
import { prepareAppPaths, findAppPaths, type AppPaths } from '../config/app-paths.ts';
import type { ConfigCompiler } from '../config/config-compiler.ts';
import { skippedNotice, findConfig, type SearchResult } from '../config/config-search.ts';
import type { WorkOnText } from '../config/edit/text-work.ts';
import { controlSocketPath, hostLockPaths } from '../control/control-paths.ts';
import { startFailure, takeHostLock, type StartRefusal } from '../control/host-lock.ts';
import { openLogStore, type LogStore } from '../observability/log-store.ts';
import type { LogLevel } from '../observability/log-writer.ts';
import { widenThreadPool } from '../process/thread-pool.ts';
import { workingDirectory } from '../process/working-directory.ts';
import { AppHost } from './app-host.ts';
import { HostNotices } from './host-notices.ts';

export interface OpenHostOptions {
  readonly kind: HostInfo['kind'];
  readonly version: string;
  readonly clock: Clock;
  /** From `--config`; null: search the usual places. */
  readonly explicitConfig: string | null;
  /** A config that an earlier search found in a folder, so that it needs the user's trust. */
  readonly folderConfig?: string | null;
  /** The lowest level that is written to the logs; `info` by default. */
  readonly logLevel?: LogLevel;
  /** Services stay off until the user turns them on, for this run. */
  readonly allOff?: boolean;
  readonly compileConfig: ConfigCompiler;
  readonly editConfig: WorkOnText;
}

export interface OpenedHost {
  readonly host: AppHost;
  readonly logs: LogStore;
  readonly paths: AppPaths;
}

/** The user's folders and files for LocalPort. */
export const ownPaths = (): AppPaths =>
  findAppPaths({
    platform: process.platform,
    env: process.env,
    homeDirectory: homedir(),
    uid: process.getuid?.() ?? 0,
  });

/**
 * Finds the user's folders and config on this machine and creates the host, without starting it. Fails if another host is
 * running or the folders are not private. Folders that cannot be written are tolerated.
 */
export async function openHost(options: OpenHostOptions): Promise<Result<OpenedHost, StartRefusal>> {
  const {
    kind,
    version,
    clock,
    explicitConfig,
    logLevel: level = 'info',
    compileConfig,
    editConfig,
    allOff = false,
    folderConfig = null,
  } = options;
  const { env: processEnv } = process;
  widenThreadPool(processEnv);
  const homeDirectory = homedir();
  const uid = process.getuid?.() ?? 0;
  const paths = ownPaths();
  const prepared = await prepareAppPaths(paths, uid);
  if (!prepared.ok) return err(startFailure(prepared.error));
  // First, because the next steps touch files that another host would be using.
  const lock = await takeHostLock({
    paths: hostLockPaths(paths),
    kind,
    version,
    socketPath: controlSocketPath(paths),
    now: clock.wallNow(),
  });
  if (!lock.ok) return lock;
  const notices = new HostNotices(paths);
  notices.report('state', prepared.value.state);
  notices.report('logs', prepared.value.logs);
  const logs = openLogStore({
    directory: paths.logDirectory,
    clock,
    level,
    onWritable: (failure) => {
      notices.report('logs', failure);
    },
  });
  const search = {
    option: explicitConfig ?? undefined,
    env: processEnv,
    workingDirectory: workingDirectory(),
    homeDirectory,
    uid,
  };
  const { found, skipped }: SearchResult =
    folderConfig !== null && explicitConfig === null
      ? { found: { path: folderConfig, foundBy: 'folder' }, skipped: [] }
      : findConfig(search);
  const config = found ?? { path: paths.defaultConfigPath, foundBy: 'search' };
  const skippedWords = skipped.map(skippedNotice);
  for (const words of skippedWords) logs.app.warn(words);
  notices.report('search', skippedWords.length === 0 ? null : skippedWords.join(' '));
  const host = await AppHost.create({
    kind,
    version,
    config,
    paths,
    processEnv,
    homeDirectory,
    uid,
    clock,
    logs,
    notices,
    compileConfig,
    editConfig,
    allOff,
  });
  host.ending.afterwards(() => lock.value.release());
  return ok({ host, logs, paths });
}
