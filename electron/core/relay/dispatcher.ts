/**
 * Connects held clients to the current upstream. Invariants:
 *   1. New connections go to the current upstream only; attempts on a former one are aborted.
 *   2. At most `maxAttempts` are under way, so that a hanging tunnel costs a bounded number of descriptors, and a burst
 *      does not overflow its backlog. The next attempt starts when one of them ends; the oldest client comes first.
 *   3. While the upstream does not take connections, there is one retry timer for the port, not one per client.
 *   4. An unproven tunnel gets one connection, the trial. It belongs to the oldest client; if that client leaves, to the
 *      next. All others wait until the trial has passed.
 */
import type { Clock, Timer } from '../clock.ts';
import { fullQueueCode } from '../connect/full-queue.ts';
import type { HeldSocket } from './held-socket.ts';
import type { Attempt, HeldClient, HoldQueue } from './hold-queue.ts';
import type { ClientEvidence, Upstream } from './service-port.ts';
import { createQuestion, type SilenceWatch } from './silence-watch.ts';
import type { ReportSuspicion } from './suspicion-bound.ts';
import { Trial } from './trial.ts';
import {
  connectUpstream,
  type AttemptListener,
  type Connector,
  type UpstreamConnection,
} from './upstream-connection.ts';

type Held = HeldClient<HeldSocket>;

export interface DispatcherParts {
  readonly clock: Clock;
  readonly queue: HoldQueue<HeldSocket>;
  readonly silence: SilenceWatch;
  /** The client is no longer in the queue. */
  readonly onConnected: (held: Held, connection: UpstreamConnection, upstream: Upstream) => void;
  readonly onSuspicion: ReportSuspicion;
  readonly onEvidence: (tunnelId: string, evidence: ClientEvidence) => void;
  /** For tests. */
  readonly connector?: Connector;
}

interface RunningTrial {
  held: Held;
  readonly attempt: Attempt;
  /** null while it is being connected. */
  trial: Trial | null;
}

const maxAttempts = 64;
const initialRetryDelayMs = 50;
const maxRetryDelayMs = 1000;
/** A tunnel whose queue is full for longer than this is not busy but stopped. */
const maxBusyMs = 1_000;
/** This computer is out of a resource, which says nothing about the tunnel. */
const ownFailures: readonly string[] = ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL'];

export class Dispatcher {
  readonly #parts: DispatcherParts;
  #upstream: Upstream | null = null;
  /** The tunnel that needs no further trial. */
  #provenTunnelId: string | null = null;
  #trial: RunningTrial | null = null;
  #retryTimer: Timer | null = null;
  #retryDelayMs = initialRetryDelayMs;
  #busySince: number | null = null;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  get upstream(): Upstream | null {
    return this.#upstream;
  }

  /** Clients wait only for their turn. */
  get isOpen(): boolean {
    return this.#upstream !== null && !this.#needsTrial(this.#upstream) && this.#retryTimer === null;
  }

  setUpstream(upstream: Upstream | null): void {
    const isSameTunnel = upstream?.tunnelId === this.#upstream?.tunnelId;
    this.#upstream = upstream;
    this.#endBackoff();
    if (!isSameTunnel) this.#abortAttempts();
    if (upstream?.trialMs === null) this.#trust(upstream.tunnelId);
    this.dispatch();
  }

  /** The remote end has just refused a client: the next one is a trial again, whatever was proven before. */
  distrust(tunnelId: string, trialMs: number): void {
    if (this.#upstream?.tunnelId !== tunnelId || this.#needsTrial(this.#upstream)) return;
    this.#provenTunnelId = null;
    this.#upstream = { ...this.#upstream, trialMs };
  }

  /** Starts as many attempts as allowed now. */
  dispatch(): void {
    const { queue } = this.#parts;
    const upstream = this.#upstream;
    if (upstream === null || this.#retryTimer !== null) return;
    const max = this.#needsTrial(upstream) ? 1 : maxAttempts;
    while (queue.attempts < max) {
      const held = queue.firstWaiting();
      if (held === null) return;
      if (max === 1) this.#beginTrial(held, upstream);
      else this.#connect(held, upstream);
    }
  }

  /** The client leaves the queue unserved. Returns whether the upstream had not yet answered an attempt for it. */
  drop(held: Held): boolean {
    const { queue } = this.#parts;
    const { attempt } = held;
    queue.remove(held);
    const trial = this.#trial?.held === held ? this.#trial : null;
    const next = trial === null ? null : queue.firstWaiting();
    if (trial !== null && next !== null) {
      trial.held = next;
      queue.begin(next, trial.attempt);
    } else {
      if (trial !== null) this.#trial = null;
      attempt?.abort();
      this.dispatch();
    }
    return attempt !== null && (trial === null || trial.trial === null);
  }

  #needsTrial({ tunnelId, trialMs }: Upstream): boolean {
    return trialMs !== null && tunnelId !== this.#provenTunnelId;
  }

  #trust(tunnelId: string): void {
    this.#provenTunnelId = tunnelId;
    this.#trial?.trial?.pass();
  }

  #connect(held: Held, upstream: Upstream): void {
    const attempt = this.#open(upstream, {
      onConnected: (connection) => {
        this.#join(held, connection, upstream);
      },
      onFailed: (code) => {
        this.#parts.queue.giveBack(held);
        this.#refused(upstream.tunnelId, code);
      },
    });
    this.#parts.queue.begin(held, attempt);
  }

  #beginTrial(held: Held, upstream: Upstream): void {
    const { clock, queue } = this.#parts;
    const { tunnelId, trialMs } = upstream;
    const endTrial = (): void => {
      this.#trial = null;
      queue.giveBack(running.held);
    };
    const onFailed = (): void => {
      endTrial();
      this.#backOff(tunnelId, 'The tunnel closed its first connection before a byte came back');
      this.#parts.onEvidence(tunnelId, { kind: 'closed', at: clock.now() });
    };
    const onPassed = (connection: UpstreamConnection): void => {
      this.#provenTunnelId = tunnelId;
      this.#trial = null;
      this.#join(running.held, connection, upstream);
    };
    const connecting = this.#open(upstream, {
      onConnected: (connection) => {
        if (trialMs === null || !this.#needsTrial(upstream)) onPassed(connection);
        else running.trial = new Trial(connection, { clock, trialMs }, { onPassed, onFailed });
      },
      onFailed: (code) => {
        endTrial();
        this.#refused(tunnelId, code);
      },
    });
    const abort = (): void => {
      running.trial?.abort();
      connecting.abort();
    };
    const running: RunningTrial = { held, attempt: { abort }, trial: null };
    this.#trial = running;
    queue.begin(held, running.attempt);
  }

  #open({ tunnelId, endpoint }: Upstream, listener: AttemptListener): Attempt {
    const { silence, clock, connector } = this.#parts;
    const question = createQuestion(tunnelId, 'connection');
    silence.ask(question);
    const answered: AttemptListener = {
      onConnected: (connection) => {
        silence.answered(question);
        listener.onConnected(connection);
      },
      onFailed: (code) => {
        silence.answered(question);
        listener.onFailed(code);
      },
    };
    const attempt = connectUpstream(endpoint, answered, clock, connector);
    return {
      abort: () => {
        silence.answered(question);
        attempt.abort();
      },
    };
  }

  #join(held: Held, connection: UpstreamConnection, upstream: Upstream): void {
    this.#parts.queue.remove(held);
    this.#retryDelayMs = initialRetryDelayMs;
    this.#busySince = null;
    this.#parts.onConnected(held, connection, upstream);
    this.dispatch();
  }

  #refused(tunnelId: string, code: string): void {
    const finding = this.#findingOf(code);
    this.#backOff(tunnelId, finding);
    if (finding !== null) this.#parts.onEvidence(tunnelId, { kind: 'unconnected', errno: code });
  }

  /** `finding` is null when the tunnel is not to blame. */
  #backOff(tunnelId: string, finding: string | null): void {
    // The first failure counts for all that fail in the same round.
    if (this.#retryTimer !== null) return;
    const { clock, queue, onSuspicion } = this.#parts;
    this.#retryTimer = clock.after(this.#retryDelayMs, () => {
      this.#retryTimer = null;
      if (queue.size === queue.attempts) this.#retryDelayMs = initialRetryDelayMs;
      this.dispatch();
    });
    this.#retryDelayMs = Math.min(this.#retryDelayMs * 2, maxRetryDelayMs);
    if (finding !== null) onSuspicion(tunnelId, finding);
  }

  /** null: the tunnel is not to blame. */
  #findingOf(code: string): string | null {
    const now = this.#parts.clock.now();
    this.#busySince = code === fullQueueCode ? (this.#busySince ?? now) : null;
    if (ownFailures.includes(code)) return null;
    if (this.#busySince !== null && now - this.#busySince < maxBusyMs) return null;
    return `The tunnel took no connection: ${code}`;
  }

  #endBackoff(): void {
    this.#retryTimer?.cancel();
    this.#retryTimer = null;
    this.#retryDelayMs = initialRetryDelayMs;
    this.#busySince = null;
  }

  #abortAttempts(): void {
    const { queue } = this.#parts;
    this.#trial = null;
    for (const held of queue.all()) {
      held.attempt?.abort();
      queue.giveBack(held);
    }
  }
}
