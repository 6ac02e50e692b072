import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { isTransient } from '../core/install/transient-place.ts';

export type MenuBarSurroundings = Pick<
  CommandContext,
  'programFolder' | 'runtime' | 'platform' | 'homeDirectory'
>;

/** How to start the menu-bar app: from its own bundle, a checkout, or the folders for apps. */
export function menuBarProgram(
  { programFolder, runtime, platform, homeDirectory }: MenuBarSurroundings,
  args: readonly string[],
): readonly [string, ...string[]] {
  if (platform === 'darwin') {
    const own = /^(.+\.app)\/Contents\/Resources(\/|$)/.exec(programFolder)?.[1];
    // An installed one rather than a copy on a disk image, which disappears with the image.
    const installed = ['/Applications/LocalPort.app', path.join(homeDirectory, 'Applications/LocalPort.app')];
    const places = own !== undefined && isTransient(own) ? [...installed, own] : [own, ...installed];
    const app = places.find((place) => place !== undefined && existsSync(place));
    if (app !== undefined)
      // -n: this command may be a process of the same app, which LaunchServices would otherwise take for the app
      // itself.
      return ['/usr/bin/open', '-n', '-g', '-a', app, ...(args.length === 0 ? [] : ['--args', ...args])];
  }
  if (runtime.kind === 'app') return [runtime.program, ...args];
  const checkout = path.resolve(programFolder, '../build/start.mjs');
  if (existsSync(checkout)) return [runtime.program, checkout, ...args];
  throw new CommandFailure('the menu-bar app was not found', {
    hint: 'Install LocalPort.app, or start it by hand.',
  });
}
