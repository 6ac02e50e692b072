import path from 'node:path';
import type { CommandContext } from './command-context.ts';

/** `$XDG_CONFIG_HOME`, or `~/.config`. A relative path is ignored, as the XDG specification requires. */
export function configHome({ env, homeDirectory }: Pick<CommandContext, 'env' | 'homeDirectory'>): string {
  const xdg = env['XDG_CONFIG_HOME'];
  return xdg?.startsWith('/') === true ? xdg : path.join(homeDirectory, '.config');
}
