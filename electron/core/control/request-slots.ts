/** Limits the concurrent requests that take time. Reading the host's state takes none, and the host can always be stopped. */
import { isControlStream, type ControlError, type ControlName } from '../../../shared/control-contract.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { routeOf } from './control-routes.ts';

/** The limit of each kind: streams, and acts. */
export const maxOpenRequests = 32;

type Kind = 'streams' | 'acts';

export class RequestSlots {
  readonly #taken: Record<Kind, number> = { streams: 0, acts: 0 };

  /** Returns a function that frees the slot; call it once. */
  take(name: ControlName): Result<() => void, ControlError> {
    const kind = kindOf(name);
    if (kind === null) return ok(() => undefined);
    if (this.#taken[kind] >= maxOpenRequests) {
      const message = `more than ${maxOpenRequests} ${kind} at once: end some of them, or try again`;
      return err({ code: 'too-many-requests', message });
    }
    this.#taken[kind]++;
    return ok(() => {
      this.#taken[kind]--;
    });
  }
}

function kindOf(name: ControlName): Kind | null {
  if (name === 'shutdown') return null;
  if (isControlStream(name)) return 'streams';
  return routeOf(name).method === 'POST' ? 'acts' : null;
}
