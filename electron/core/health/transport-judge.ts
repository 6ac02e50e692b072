/**
 * Where there is no target but the transport: a SOCKS proxy is as healthy as the connection that it uses. Which hosts its
 * clients reach, and what those say, is between the two.
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

  question(): null {
    return null;
  }

  heard(): void {
    return;
  }

  /** Of silence and death the tunnel itself is told. */
  onlyTransportAsked({ kind }: TransportProof): void {
    if (kind === 'alive') this.#health = 'healthy';
    else if (kind === 'unprovable') this.#health = 'ready';
  }

  interrupt(): void {
    return;
  }
}
