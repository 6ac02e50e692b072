import type { Command } from 'commander';
import type { Action } from './command-context.ts';

/** How the program loads a command's action: only when it is requested, so that `--help` reads none of them. */
export type Perform = (load: () => Promise<Action<never>>, command: Command) => Promise<void>;
