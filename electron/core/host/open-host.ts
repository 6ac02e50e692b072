import { homedir } from 'node:os';
import { ok, type Result } from '../../../shared/result.ts';
import type { HostInfo } from '../../../shared/service-snapshot.ts';
import type { Clock } from '../clock.ts';
import { prepareAppPaths, resolveAppPaths, type AppPaths } from '../config/app-paths.ts';
import { findConfig } from '../config/config-search.ts';
import type { Logger } from '../observability/logger.ts';
import { openLogStore } from '../observability/log-store.ts';
import { AppHost } from './app-host.ts';

export interface OpenHostOptions {
  readonly kind: HostInfo['kind'];
  readonly version: string;
  readonly clock: Clock;
  /** From `--config`; null: the usual places are searched. */
  readonly explicitConfig: string | null;
}

export interface OpenedHost {
  readonly host: AppHost;
  readonly log: Logger;
  readonly paths: AppPaths;
}

/**
 * Finds the user's places and config on this machine and makes the host there; it is not started yet.
 * The error is a sentence for the user: a place that cannot be made private.
 */
export async function openHost({
  kind,
  version,
  clock,
  explicitConfig,
}: OpenHostOptions): Promise<Result<OpenedHost, string>> {
  const { env: processEnv, platform } = process;
  const homeDirectory = homedir();
  const uid = process.getuid?.() ?? 0;
  const paths = resolveAppPaths({ platform, env: processEnv, homeDirectory, uid });
  const prepared = await prepareAppPaths(paths, uid);
  if (!prepared.ok) return prepared;
  const logs = openLogStore({ directory: paths.logDirectory, clock, level: 'info' });
  const search = {
    option: explicitConfig ?? undefined,
    env: processEnv,
    workingDirectory: process.cwd(),
    homeDirectory,
  };
  const config = findConfig(search) ?? { path: paths.defaultConfigPath, foundBy: 'search' };
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
  });
  return ok({ host, log: logs.app, paths });
}
