/**
 * A forward in the session of its context: waits for a pod that serves its target, then starts an engine that carries
 * clients to it.
 */
import type { Cause } from '../../../shared/failure.ts';
import { ok } from '../../../shared/result.ts';
import { firstReport } from '../abort-signal.ts';
import { noChild } from '../transport/carrier-life.ts';
import type { CarrierEnd, TransportProof } from '../transport/carrier.ts';
import type { KubeAttachment } from '../kube/kube-transport.ts';
import type { EngineReports, PodEngine } from './pod-engine.ts';
import { type AttachedTunnelParts, AttachedTunnel } from './attached-tunnel.ts';

export interface KubeForwardParts extends Omit<AttachedTunnelParts, 'attachment'> {
  readonly attachment: KubeAttachment;
  /** Called once the session is ready at `socketPath` and a pod serves in `namespace`. */
  readonly chooseEngine: (
    socketPath: string,
    to: { readonly namespace: string; readonly reports: EngineReports },
  ) => PodEngine;
}

export class KubeForward extends AttachedTunnel {
  readonly #attachment: KubeAttachment;
  readonly #parts: KubeForwardParts;
  readonly #ending = new AbortController();
  readonly #suspicionListeners: (() => void)[] = [];
  #engine: PodEngine | null = null;
  #stopFollowing: () => void = () => undefined;

  constructor(id: string, parts: KubeForwardParts) {
    super(id, { clock: parts.clock, attachment: parts.attachment.carrierAttachment });
    this.#parts = parts;
    this.#attachment = parts.attachment;
  }

  override get pid(): number | null {
    return this.#engine?.pid ?? super.pid;
  }

  onSuspicion(listener: () => void): void {
    this.#suspicionListeners.push(listener);
  }

  /**
   * A reply from the pod's node also proves the API server. If either is silent, the result is `silent`: an idle watch
   * proves nothing.
   */
  override async proveTransport(deadlineMs: number, isRoutine = false): Promise<TransportProof> {
    const engine = this.#engine;
    const isResponsive = isRoutine && engine?.isResponsive === true;
    const engineProof = isResponsive ? null : (engine?.prove(deadlineMs) ?? null);
    const session = super.proveTransport(deadlineMs, isResponsive);
    const own = await engineProof;
    if (own === null || this.hasEnded()) return session;
    if (own.kind === 'alive' || own.kind === 'dead') return own;
    const proof = await session;
    return proof.kind === 'alive' ? own : proof;
  }

  protected override async openOn(socketPath: string): Promise<void> {
    const { target } = this.#attachment;
    if (target.verdict === null) await firstReport((report) => target.onVerdict(report), this.#ending.signal);
    const { verdict, namespace } = target;
    if (verdict === null || namespace === null || this.hasEnded()) return;
    if (verdict.kind === 'none') {
      this.#fail(verdict.cause);
      return;
    }
    const engine = this.#parts.chooseEngine(socketPath, { namespace, reports: this.#reports() });
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
    this.#attachment.leaveTarget();
    return this.#engine?.close({ isDismissed: cause === null, force }) ?? null;
  }

  protected override cleanUp(): Promise<void> {
    return Promise.resolve();
  }

  #reports(): EngineReports {
    return {
      onEnd: (end) => void this.end(end),
      onComplaint: (cause) => {
        if (!this.hasEnded()) this.life.complain(cause);
      },
      onSuspicion: () => {
        for (const listener of this.#suspicionListeners) listener();
      },
    };
  }

  #fail(cause: Cause): void {
    void this.end({ ...noChild, cause });
  }
}
