/**
 * For forwards without a target, such as a SOCKS proxy: its health is that of its connection. Which hosts its clients
 * reach, and how these answer, does not count.
 */
import type { Health } from '../../../shared/service-snapshot.ts';
import type { TransportProof } from '../transport/carrier.ts';
import type { TargetJudge } from './target-judge.ts';

export class TransportJudge implements TargetJudge {
  readonly cause = null;
  readonly mayHelp = false;
  readonly failuresInRow = 0;
  #health: Health = 'unknown';

  get health(): Health {
    return this.#health;
  }

  nextProbe(): null {
    return null;
  }

  onResult(): void {
    return;
  }

  /** Silent and dead transports are reported as evidence about the tunnel. */
  onTransportOnly({ kind }: TransportProof): void {
    if (kind === 'alive') this.#health = 'healthy';
    else if (kind === 'unprovable') this.#health = 'ready';
  }

  interrupt(): void {
    return;
  }
}
