/**
 * One forward on an ssh master, its endpoint a Unix socket in the runtime directory. Invariants:
 *
 * 1. `ready` and `ended` settle once each, `ended` last.
 * 2. It ends with its master, for the master's cause. Its own end touches nobody else on the master.
 * 3. A path is used once: ssh would lead a path that is used again to the new target without a word.
 */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { ok, type Result } from '../../../shared/result.ts';
import { type Clock, withDeadline } from '../clock.ts';
import { toEvidence } from '../failure/evidence.ts';
import { classifyComplaint } from '../failure/failure-classifier.ts';
import { removeFile, tunnelFile } from '../transport/private-path.ts';
import type { LocalForward, MuxFailure, MuxPlace, SshMux } from '../transport/ssh-mux.ts';
import type { Place } from '../transport/ride.ts';
import { cannotListen, maxToldPathLength } from '../transport/ssh-output.ts';
import { noChild, stoppedByUs, CarrierLife } from '../transport/carrier-life.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { TransportProof, CarrierEnd } from '../transport/carrier.ts';
import type { Tunnel, TunnelRequest } from './tunnel-adapter.ts';

export interface SshForwardParts {
  readonly clock: Clock;
  readonly runtimeDirectory: string;
  readonly mux: SshMux;
  readonly ride: Place;
  readonly to: LocalForward['to'];
}

const openDeadlineMs = 5_000;
/** A master that is stuck keeps nobody from stopping. */
const closeDeadlineMs = 500;

export class SshForward implements Tunnel {
  readonly id: string;
  readonly ready: Promise<Result<Endpoint, Cause>>;
  readonly ended: Promise<CarrierEnd>;
  readonly #request: TunnelRequest;
  readonly #parts: SshForwardParts;
  readonly #forward: LocalForward;
  readonly #life = new CarrierLife();
  /** Of the master, once it is there. */
  #controlPath: string | null = null;
  #isOpen = false;
  /** Why it ends; null: it does not. */
  #endCause: Cause | null = null;
  #hasLeft = false;
  readonly #opening: Promise<void>;

  constructor(request: TunnelRequest, parts: SshForwardParts) {
    this.id = request.id;
    this.#request = request;
    this.#parts = parts;
    const listenPath = tunnelFile(parts.runtimeDirectory, request.id, 'sock');
    this.#forward = { listenPath, to: parts.to };
    this.ready = this.#life.ready;
    this.ended = this.#life.ended;
    parts.ride.onRefusal((path, line) => {
      if (path === listenPath.slice(0, maxToldPathLength)) this.#refused(line);
    });
    void parts.ride.ended.then((end) => this.#end({ ...end, cause: end.cause ?? stoppedByUs }));
    this.#opening = this.#open();
  }

  get pid(): number | null {
    return this.#parts.ride.pid;
  }

  get usualStartMs(): number | null {
    return this.#parts.ride.openedInMs;
  }

  onComplaint(listener: (cause: Cause) => void): void {
    this.#life.onComplaint(listener);
  }

  async proveTransport(deadlineMs: number, isRoutine = false): Promise<TransportProof> {
    const proof = this.#endCause === null ? await this.#parts.ride.prove(deadlineMs, isRoutine) : null;
    return this.#endCause === null && proof !== null
      ? proof
      : { kind: 'dead', cause: this.#endCause ?? stoppedByUs };
  }

  condemn(): void {
    this.#parts.ride.condemn();
  }

  stop(options: { readonly force?: boolean } = {}): Promise<CarrierEnd> {
    void this.#end({ ...noChild, cause: null }, options);
    return this.ended;
  }

  async #open(): Promise<void> {
    const { ride } = this.#parts;
    const master = await ride.ready;
    if (this.#endCause !== null) return;
    if (!master.ok) {
      // Its end says the same, and more.
      this.#life.settleReady(master);
      return;
    }
    if (master.value.kind !== 'unix') throw new Error('a control socket is a Unix socket');
    this.#controlPath = master.value.path;
    const opened = await this.#parts.mux.open(this.#place(openDeadlineMs), this.#forward);
    if (opened.ok) {
      this.#isOpen = true;
      // Without effect when it was stopped meanwhile: then nobody but us knows of the listener.
      this.#life.settleReady(ok({ kind: 'unix', path: this.#forward.listenPath }));
      if (this.#hasLeft) await this.#close();
      return;
    }
    // It tells why itself, if it is about to end. Who comes next gets another one.
    const proof = opened.error.kind === 'refused' ? null : await ride.prove(closeDeadlineMs);
    if (opened.error.kind === 'gone' || (proof !== null && proof.kind !== 'alive')) ride.condemn();
    void this.#end({ ...noChild, cause: proof?.kind === 'dead' ? proof.cause : causeOf(opened.error) });
  }

  #refused(line: string): void {
    const { service } = this.#request;
    const cause = classifyComplaint(service, line);
    // There is one target, and the server's rule on it is the same for every connection and every new tunnel.
    if (cause.code === 'forwarding-prohibited') void this.#end({ ...noChild, cause });
    else this.#life.complain(cause);
  }

  async #end(end: CarrierEnd, { force = false }: { readonly force?: boolean } = {}): Promise<void> {
    if (this.#endCause !== null) return;
    this.#endCause = end.cause ?? stoppedByUs;
    // Who has nothing open leaves at once: a login that waits for its turn must not begin for nobody.
    if (this.#isOpen && !force) await this.#close();
    this.#hasLeft = true;
    const released = this.#parts.ride.leave({ force });
    await removeFile(this.#forward.listenPath).catch(() => undefined);
    await released;
    // What is being opened just now is closed again.
    await withDeadline(this.#parts.clock, closeDeadlineMs, this.#opening);
    this.#life.end(end);
  }

  async #close(): Promise<void> {
    this.#isOpen = false;
    await this.#parts.mux.close(this.#place(closeDeadlineMs), this.#forward);
    await removeFile(this.#forward.listenPath).catch(() => undefined);
  }

  #place(deadlineMs: number): MuxPlace {
    return { controlPath: this.#controlPath ?? '', clock: this.#parts.clock, deadlineMs };
  }
}

function causeOf(failure: MuxFailure): Cause {
  switch (failure.kind) {
    case 'silent':
      return describeCause('timed-out', { what: 'ssh', evidence: 'its control socket took no request' });
    case 'refused':
    case 'gone':
      return cannotListen(toEvidence(failure.reason, []));
  }
}
