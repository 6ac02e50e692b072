/** The home of a test user, separate from all others by the means of each system. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { resolveAppPaths, type AppPaths } from '../config/app-paths.ts';

/**
 * The environment of a program that is started in this home. A host finds its sockets by XDG_RUNTIME_DIR on Linux and by
 * TMPDIR on macOS, where all test users would otherwise share one folder. `runFolder` is for this user only.
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

/** The folders and files of a host that is started in this environment. */
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

/** A login shell sets PATH again from its rc files, so this user's rc files must set what the test needs. */
export function writeProfile(
  { home }: { readonly home: string },
  { env }: { readonly env: Readonly<Record<string, string>> },
): void {
  const lines = Object.entries(env).map(([name, value]) => `export ${name}='${value}'\n`);
  writeFileSync(path.join(home, '.profile'), lines.join(''));
}
