/**
 * Opens a stream to a pod for each client of its endpoint. Invariants:
 *
 * 1. When the serving pod changes, new clients go to the new pod. Clients of the former pod stay connected to it.
 * 2. While no pod serves, clients wait here, for as long as clients in the hold do. When the last stream closes, the
 *    server ends and reports the reason.
 * 3. A client whose stream was not opened has lost no data: the server's successor serves it.
 */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Cause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { firstReport } from '../abort-signal.ts';
import { type Clock, sleep, type Timer } from '../clock.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import { InProcessServer } from '../connect/in-process-server.ts';
import type { PodVerdict } from '../kube/pod-verdict.ts';
import { noChild, stoppedByUs } from '../transport/carrier-life.ts';
import type { CarrierTraffic, TransportProof } from '../transport/carrier.ts';
import type { KubeAttachment } from '../kube/kube-transport.ts';
import type { DialPod } from '../kube/kube-upgrade.ts';
import { PodStreams } from '../kube/pod-streams.ts';
import type { Succession } from '../transport/succession.ts';
import { joinChannel } from './joined-channel.ts';
import type { EngineReports, PodEngine, ServingPod } from './pod-engine.ts';

export interface PodServerParts {
  readonly clock: Clock;
  readonly service: ServiceSpec;
  readonly namespace: string;
  readonly target: KubeAttachment['target'];
  readonly isAfterOutage: KubeAttachment['isAfterOutage'];
  readonly dial: DialPod;
  readonly traffic: CarrierTraffic;
  readonly succession: Succession<PodServer>;
  readonly reports: EngineReports;
}

/** An API server that has just started answers 403 until it has loaded its roles. */
const rolesDeadlineMs = 5_000;
const rolesPollMs = 250;
/** Within this time, a killed process has been reaped. */
const sessionEndMs = 1_000;

export class PodServer implements PodEngine {
  readonly pid = null;
  readonly #parts: PodServerParts;
  /** Keyed by pod uid: the current pod, and former pods that still have clients. */
  readonly #pods = new Map<string, PodStreams>();
  readonly #closing = new AbortController();
  /** One controller per client without a stream, so that no listeners pile up on `#closing`. */
  readonly #waiting = new Set<AbortController>();
  #current: ServingPod | null = null;
  #server: InProcessServer | null = null;

  constructor(parts: PodServerParts) {
    this.#parts = parts;
  }

  async open(pod: ServingPod): Promise<Result<Endpoint, Cause>> {
    const { service, succession } = this.#parts;
    this.#current = pod;
    const warm = await this.#warm();
    if (!warm.ok || this.#hasClosed()) return warm.ok ? err(stoppedByUs) : warm;
    this.#server = new InProcessServer((client) => void this.#serve(client));
    succession.announce(service.name, this);
    return ok({ kind: 'in-process', server: this.#server });
  }

  follow(verdict: PodVerdict): void {
    if (this.#hasClosed()) return;
    const before = this.#current;
    this.#current = verdict.kind === 'pod' ? verdict : null;
    if (before !== null && before.uid !== this.#current?.uid) this.#retire(before.uid);
    if (this.#server === null) return;
    if (verdict.kind === 'none') this.#endWithoutPod();
    // Connect ahead of time, so that the next client finds an open connection.
    else if (before?.uid !== verdict.uid) void this.#streamsTo(verdict).warm(this.#parts.service);
  }

  get isResponsive(): boolean {
    return this.#currentStreams?.isResponsive === true;
  }

  async prove(deadlineMs: number): Promise<TransportProof | null> {
    // New clients wait, even while a deleted pod still serves its old clients.
    if (this.#parts.target.verdict?.kind === 'none') return { kind: 'silent' };
    const streams = this.#currentStreams;
    if (streams === null) return null;
    const { traffic, service } = this.#parts;
    const receivedBefore = traffic.bytesReceived();
    const isAnswered = await streams.prove(deadlineMs, service);
    if (isAnswered === null) return null;
    return { kind: isAnswered || traffic.bytesReceived() > receivedBefore ? 'alive' : 'silent' };
  }

  close({ isDismissed }: { readonly isDismissed: boolean }): null {
    const { succession, service } = this.#parts;
    this.#closing.abort();
    if (isDismissed) for (const client of [...this.#waiting]) client.abort();
    succession.withdraw(service.name, this);
    this.#server?.close();
    for (const streams of this.#pods.values()) streams.close();
    return null;
  }

  #hasClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  get #currentStreams(): PodStreams | null {
    return this.#current === null ? null : (this.#pods.get(this.#current.uid) ?? null);
  }

  /** Connects to the first pod, so that a refusal shows before a client arrives. */
  async #warm(): Promise<Result<void, Cause>> {
    const { clock, service, target } = this.#parts;
    const startedAt = clock.now();
    for (;;) {
      const pod = this.#current;
      const { verdict } = target;
      if (pod === null || this.#hasClosed())
        return err(verdict?.kind === 'none' ? verdict.cause : stoppedByUs);
      const streams = this.#streamsTo(pod);
      const warm = await streams.warm(service);
      if (warm.ok || this.#hasClosed()) return warm;
      const isEarly =
        warm.error.code === 'forbidden' &&
        this.#parts.isAfterOutage() &&
        clock.now() - startedAt < rolesDeadlineMs;
      if (isEarly) await sleep(clock, rolesPollMs, this.#closing.signal);
      else if (!this.#triesAnotherPod(pod, { streams, cause: warm.error })) return warm;
    }
  }

  #streamsTo({ uid, pod }: ServingPod): PodStreams {
    const known = this.#pods.get(uid);
    if (known !== undefined) return known;
    const { clock, dial, namespace, reports } = this.#parts;
    const streams = new PodStreams(
      { namespace, pod },
      {
        dial,
        clock,
        onSuspected: () => {
          if (this.#current?.uid === uid) reports.onSuspicion();
        },
        onEmptied: () => {
          if (this.#current?.uid !== uid) this.#retire(uid);
        },
      },
    );
    this.#pods.set(uid, streams);
    return streams;
  }

  /** Closes the connections to a former pod once they are unused. */
  #retire(uid: string): void {
    const streams = this.#pods.get(uid);
    if (streams === undefined || streams.streamCount > 0) return;
    this.#pods.delete(uid);
    streams.close();
    this.#endWithoutPod();
  }

  #endWithoutPod(): void {
    const { target, reports } = this.#parts;
    const { verdict } = target;
    if (this.#server === null || this.#hasClosed() || verdict?.kind !== 'none') return;
    const isServing = [...this.#pods.values()].some(({ streamCount }) => streamCount > 0);
    if (!isServing) {
      reports.onEnd({ ...noChild, cause: verdict.cause });
      return;
    }
    reports.onComplaint(verdict.cause);
    reports.onSuspicion();
  }

  /** Whether to try another pod after `streams` failed. Once all pods have failed, the last one's cause stands. */
  #triesAnotherPod(
    { uid }: ServingPod,
    { streams, cause }: { readonly streams: PodStreams; readonly cause: Cause },
  ): boolean {
    // Nothing failed: another pod has replaced it.
    if (this.#pods.get(uid) !== streams) return true;
    if (this.#current?.uid === uid && podFailureCodes.has(cause.code)) this.#parts.target.avoid(uid);
    return this.#current?.uid !== uid;
  }

  async #serve(client: Socket): Promise<void> {
    const { clock, service, reports } = this.#parts;
    const waiting = new AbortController();
    const giveUp = (): void => waiting.abort();
    client.on('error', () => undefined);
    client.once('close', giveUp);
    this.#waiting.add(waiting);
    let hold: Timer | null = null;
    const opened = await this.#openInTurn({
      signal: waiting.signal,
      onWait: () => {
        hold ??= clock.after(service.holdTimeoutMs, giveUp);
      },
    });
    (hold as Timer | null)?.cancel();
    this.#waiting.delete(waiting);
    client.off('close', giveUp);
    if (opened?.ok === true) {
      joinChannel(client, opened.value);
      return;
    }
    if (opened !== null) reports.onComplaint(opened.error);
    client.destroy();
  }

  /** Opens a stream through this server or its successors. null: the client no longer waits. */
  async #openInTurn(client: WaitingClient): Promise<Result<Duplex, Cause> | null> {
    const opened = await this.#openStream(client);
    if (opened !== null || hasLeft(client)) return opened;
    client.onWait();
    const { succession, service } = this.#parts;
    const next = await succession.next(service.name, this, client.signal);
    return next === null ? null : next.#openInTurn(client);
  }

  /**
   * Opens a stream to the pod that serves, or waits for one. null: this server is closed, or the client no longer
   * waits.
   */
  async #openStream(client: WaitingClient): Promise<Result<Duplex, Cause> | null> {
    for (;;) {
      const pod = this.#current ?? (await this.#nextPod(client));
      if (pod === null || hasLeft(client) || this.#hasClosed()) return null;
      const streams = this.#streamsTo(pod);
      const opened = await streams.open({
        service: this.#parts.service,
        port: pod.port,
        onComplaint: (cause) => {
          if (isPodFailure(cause)) this.#parts.target.avoid(pod.uid);
          if (!this.#hasClosed()) this.#parts.reports.onComplaint(cause);
        },
      });
      if (this.#hasClosed() || hasLeft(client)) {
        if (opened.ok) opened.value.destroy();
        return null;
      }
      if (opened.ok) return opened;
      if (await this.#isSessionEnd(opened.error)) return null;
      if (!this.#triesAnotherPod(pod, { streams, cause: opened.error })) return opened;
    }
  }

  /** When a session ends, its requests fail a moment before this server is closed, so wait for that. */
  async #isSessionEnd({ code }: Cause): Promise<boolean> {
    if (sessionFailureCodes.has(code)) await sleep(this.#parts.clock, sessionEndMs, this.#closing.signal);
    return this.#hasClosed();
  }

  /** null: this server is closed, or the client no longer waits. */
  #nextPod({ signal, onWait }: WaitingClient): Promise<ServingPod | null> {
    const closing = this.#closing.signal;
    if (signal.aborted || closing.aborted) return Promise.resolve(null);
    onWait();
    return firstReport<ServingPod>(
      (report) =>
        this.#parts.target.onVerdict((verdict) => {
          if (verdict.kind === 'pod') report(verdict);
        }),
      signal,
      closing,
    );
  }
}

/** A client that has no stream yet. */
interface WaitingClient {
  /** Aborted when the client disconnects or its hold expires. */
  readonly signal: AbortSignal;
  /** The client starts to wait for a pod or another server; its hold timeout starts. */
  readonly onWait: () => void;
}

const hasLeft = ({ signal }: WaitingClient): boolean => signal.aborted;

/** Failures that another pod may not have. Missing rights and an unreachable API server affect all pods alike. */
const podFailureCodes: ReadonlySet<Cause['code']> = new Set([
  'closed-by-remote',
  'exited',
  'host-unreachable',
  'no-ready-pod',
  'resource-missing',
  'timed-out',
]);

/** Failures of a request whose session has just ended. */
const sessionFailureCodes: ReadonlySet<Cause['code']> = new Set([
  'closed-by-remote',
  'connection-refused',
  'timed-out',
]);

/** The kubelet reports these for a pod that is gone or that it cannot reach. */
const isPodFailure = ({ code }: Cause): boolean => code === 'resource-missing' || code === 'no-ready-pod';
