/** A forward in the session of its context: it waits for a pod that serves its target, and has an engine carry its clients there. */
import type { Cause } from '../../../shared/failure.ts';
import { ok } from '../../../shared/result.ts';
import type { PodVerdict } from '../kube/pod-verdict.ts';
import { noChild } from '../transport/carrier-life.ts';
import type { CarrierEnd, TransportProof } from '../transport/carrier.ts';
import type { KubePlace } from '../transport/kube-transport.ts';
import type { EngineReports, PodEngine } from './pod-engine.ts';
import { type RideParts, RideTunnel } from './ride-tunnel.ts';

export interface KubeForwardParts extends Omit<RideParts, 'ride'> {
  readonly place: KubePlace;
  /** Once the session is there, at this socket. */
  readonly chooseEngine: (socketPath: string, reports: EngineReports) => Promise<PodEngine>;
}

export class KubeForward extends RideTunnel {
  readonly #place: KubePlace;
  readonly #parts: KubeForwardParts;
  readonly #ending = new AbortController();
  readonly #suspicionListeners: (() => void)[] = [];
  #engine: PodEngine | null = null;
  #stopFollowing: () => void = () => undefined;

  constructor(id: string, parts: KubeForwardParts) {
    super(id, { clock: parts.clock, ride: parts.place.ride });
    this.#parts = parts;
    this.#place = parts.place;
  }

  override get pid(): number | null {
    return this.#engine?.pid ?? super.pid;
  }

  onSuspicion(listener: () => void): void {
    this.#suspicionListeners.push(listener);
  }

  /** An answer on the way to the node proves the API server as well. Silence of either is silence: a quiet watch proves nothing. */
  override async proveTransport(deadlineMs: number, isRoutine = false): Promise<TransportProof> {
    const asked = this.#engine?.prove(deadlineMs, isRoutine) ?? null;
    const session = super.proveTransport(deadlineMs, isRoutine);
    const own = await asked;
    if (own === null || this.hasEnded()) return session;
    if (own.kind === 'alive' || own.kind === 'dead') return own;
    const proof = await session;
    return proof.kind === 'alive' ? own : proof;
  }

  protected override async openOn(socketPath: string): Promise<void> {
    const { target } = this.#place;
    const engine = await this.#parts.chooseEngine(socketPath, {
      onEnd: (end) => void this.end(end),
      onComplaint: (cause) => {
        if (!this.hasEnded()) this.life.complain(cause);
      },
      onSuspicion: () => {
        for (const listener of this.#suspicionListeners) listener();
      },
    });
    const verdict = target.verdict ?? (await this.#firstVerdict());
    if (verdict === null || this.hasEnded()) return;
    if (verdict.kind === 'none') {
      this.#fail(verdict.cause);
      return;
    }
    this.#engine = engine;
    this.#stopFollowing = target.onVerdict((next) => {
      engine.follow(next);
    });
    const opened = await engine.open(verdict);
    if (this.hasEnded()) return;
    if (opened.ok) this.life.settleReady(ok(opened.value));
    else this.#fail(opened.error);
  }

  protected override close({ cause }: CarrierEnd, force: boolean): Promise<void> | null {
    this.#ending.abort();
    this.#stopFollowing();
    this.#place.leaveTarget();
    return this.#engine?.close({ isDismissed: cause === null, force }) ?? null;
  }

  protected override cleanUp(): Promise<void> {
    return Promise.resolve();
  }

  #fail(cause: Cause): void {
    void this.end({ ...noChild, cause });
  }

  /** null: the tunnel has ended. */
  #firstVerdict(): Promise<PodVerdict | null> {
    const { signal } = this.#ending;
    return new Promise((resolve) => {
      const stop = this.#place.target.onVerdict((verdict) => {
        stop();
        resolve(verdict);
      });
      const onAbort = (): void => {
        stop();
        resolve(null);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
    });
  }
}
