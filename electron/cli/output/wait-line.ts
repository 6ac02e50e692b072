import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { toneOf } from '../../../shared/service-tone.ts';
import { visibleLine } from '../../../shared/visible-text.ts';
import type { CommandContext } from '../command-context.ts';
import { carriageReturn, controlSequence } from '../../core/observability/visible-output.ts';
import { shorten } from './text-width.ts';

/**
 * One line on a terminal that names the services to wait for, redrawn in place and removed at the end. It is not part
 * of the answer: it goes to standard error, and only to a terminal.
 */
export class WaitLine {
  readonly #context: Pick<CommandContext, 'stderr' | 'options' | 'palette'>;
  #shown = '';

  constructor(context: Pick<CommandContext, 'stderr' | 'options' | 'palette'>) {
    this.#context = context;
  }

  show(pending: readonly ServiceSnapshot[]): void {
    const { stderr, options, palette } = this.#context;
    if (stderr.isTTY !== true || options.quiet === true) return;
    // One column less than the width: some terminals wrap at the last one.
    const text =
      pending.length === 0 ? '' : shorten(visibleLine(describe(pending)), (stderr.columns ?? 80) - 1);
    if (text === this.#shown) return;
    this.#shown = text;
    // ECMA-48 EL: removes the rest of a longer line.
    stderr.write(`${carriageReturn()}${palette.faint(text)}${controlSequence('K')}`);
  }

  clear(): void {
    this.show([]);
  }
}

/** Services without a tunnel come first: the others only wait for their check. */
function describe(pending: readonly ServiceSnapshot[]): string {
  const unproven = pending.filter((service) => toneOf(service) === 'checking');
  const others = pending.filter((service) => toneOf(service) !== 'checking');
  const parts = [
    ...(others.length === 0 ? [] : [`waiting for ${inShort(others)}`]),
    ...(unproven.length === 0 ? [] : [`still checking ${inShort(unproven)}`]),
  ];
  return `${parts.join(', ')} …`;
}

function inShort([first, ...others]: readonly ServiceSnapshot[]): string {
  const name = first?.name ?? '';
  return others.length === 0 ? name : `${name} and ${others.length} more`;
}
