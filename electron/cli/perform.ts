import type { Command } from 'commander';
import type { Action } from './command-context.ts';

/** How the program gets at what a command does: loaded only when it is asked for, so that `--help` reads none of it. */
export type Perform = (load: () => Promise<Action<never>>, command: Command) => Promise<void>;
