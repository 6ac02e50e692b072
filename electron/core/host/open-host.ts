import { homedir } from 'node:os';
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

/** Finds the user's places and config on this machine and makes the host there; it is not started yet. */
export async function openHost({
  kind,
  version,
  clock,
  explicitConfig,
}: OpenHostOptions): Promise<OpenedHost> {
  const { env: processEnv, platform } = process;
  const homeDirectory = homedir();
  const uid = process.getuid?.() ?? 0;
  const paths = resolveAppPaths({ platform, env: processEnv, homeDirectory, uid });
  await prepareAppPaths(paths);
  const logs = openLogStore({ directory: paths.logDirectory, clock, level: 'info' });
  const configPath = findConfig({
    explicit: explicitConfig,
    env: processEnv,
    cwd: process.cwd(),
    homeDirectory,
  });
  const host = await AppHost.create({
    kind,
    version,
    configPath,
    paths,
    processEnv,
    homeDirectory,
    uid,
    clock,
    logs,
  });
  return { host, log: logs.app, paths };
}
