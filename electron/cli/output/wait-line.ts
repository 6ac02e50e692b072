import type { CommandContext } from '../command-context.ts';
import { shorten } from './text-width.ts';

/**
 * One line on a terminal that says who is waited for, drawn over itself and taken away at the end. It is no answer: it
 * goes to standard error, and only where somebody watches.
 */
export class WaitLine {
  readonly #context: Pick<CommandContext, 'stderr' | 'options' | 'palette'>;
  #shown = '';

  constructor(context: Pick<CommandContext, 'stderr' | 'options' | 'palette'>) {
    this.#context = context;
  }

  show(pending: readonly string[]): void {
    const { stderr, options, palette } = this.#context;
    if (stderr.isTTY !== true || options.quiet === true) return;
    // One column less than there are: some terminals wrap at the last one.
    const text = pending.length === 0 ? '' : shorten(describe(pending), (stderr.columns ?? 80) - 1);
    if (text === this.#shown) return;
    this.#shown = text;
    // ECMA-48 EL: what is left of a longer line goes.
    stderr.write(`\r${palette.faint(text)}\u001b[K`);
  }

  clear(): void {
    this.show([]);
  }
}

function describe(names: readonly string[]): string {
  const [first = '', ...others] = names;
  return others.length === 0 ? `waiting for ${first} …` : `waiting for ${first} and ${others.length} more …`;
}
