/** The home of a user of the tests: apart from everybody else's, on each system by what that system asks. */
import path from 'node:path';
import { resolveAppPaths, type AppPaths } from '../config/app-paths.ts';

/**
 * What a program started in this home has in its environment. A host finds its sockets by XDG_RUNTIME_DIR on Linux and by
 * TMPDIR on macOS, where all users' tests would meet in one folder without it. `runFolder` is for this user only.
 */
export const userEnvironment = (
  home: string,
  runFolder: string,
  platform = process.platform,
): Readonly<Record<string, string | undefined>> => ({
  PATH: process.env['PATH'],
  HOME: home,
  SHELL: '/bin/sh',
  XDG_RUNTIME_DIR: runFolder,
  ...(platform === 'darwin' ? { TMPDIR: runFolder } : {}),
});

/** Where a host that is started so keeps its things. */
export const userPaths = (
  env: Readonly<Record<string, string | undefined>>,
  platform = process.platform,
): AppPaths =>
  resolveAppPaths({
    platform,
    env,
    homeDirectory: env['HOME'] ?? path.sep,
    uid: process.getuid?.() ?? 0,
  });
