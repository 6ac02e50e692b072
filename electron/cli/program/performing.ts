import type { Command } from 'commander';
import type { Action } from '../command-context.ts';
import type { Perform } from '../perform.ts';

/** An action as commander calls it: with the arguments one by one, the options, and the command last. */
export const performing =
  <Options>(perform: Perform, load: () => Promise<Action<Options>>) =>
  (...passed: readonly unknown[]): Promise<void> =>
    // No type ensures that an action gets the options that its command declares: the two must agree.
    perform(load, passed.at(-1) as Command);
