/**
 * One connection through a tunnel for one check: connects, lets the protocol talk, and ends in exactly one result.
 *
 * 1. The first verdict wins; what happens to the socket after it is no news.
 * 2. The result comes when all its sockets are closed: a settled check holds nothing.
 * 3. Cancelling and the deadline destroy the sockets at once, whatever the check is doing.
 * 4. A timer only decides after the event loop has looked at the sockets once more, and the deadline counts only time in
 *    which it could look (`PatientDeadline`): after a stall the answer may have been waiting all along.
 * 5. A verdict that is not about time winds the connection up politely. A reset that reaches the program in a pod ends
 *    the whole `kubectl port-forward` (kubernetes/kubernetes#111825), so a check must not cause one.
 * 6. It reads a bounded number of bytes (`ReadLimit`). Who sends more is flooding: nothing polite would ever end.
 */
import type net from 'node:net';
import tls from 'node:tls';
import type { Timer } from '../../clock.ts';
import type { ProbeRequest, ProbeResult, WrongAnswer } from '../probe.ts';
import { readAuthorities, unreadInTime } from './authorities.ts';
import { readConnectionError } from './connection-error.ts';
import { PatientDeadline } from './patient-deadline.ts';
import {
  closedConnection,
  lateAnswer,
  wrongAnswer,
  type Closing,
  type FailedProbe,
} from './probe-failures.ts';
import { ProbeSockets } from './probe-sockets.ts';
import { connecting, shakingHands, type ProbeStage } from './probe-stage.ts';
import { ReadLimit, tooMuchRead } from './read-limit.ts';

const maxLingerMs = 250;

/** What a protocol says and hears on an open connection. Called once, after connect or after the TLS handshake. */
export type ProbeDialogue = (connection: ProbeConnection) => void;

export interface ProbeTransport {
  /** Options of the TLS handshake; absent: plain TCP. */
  readonly tls?: tls.ConnectionOptions;
  /** Whom TLS is to trust, now or later, instead of the usual authorities. Read before anything is connected. */
  readonly caFile?: string | null;
  /** Send FIN as soon as the verdict stands. Not for HTTP, where servers take it for a client that gave up. */
  readonly halfCloses: boolean;
}

/**
 * Connects to the endpoint and runs the dialogue. Never rejects; settles within `timeoutMs` of running time, at once when
 * cancelled.
 */
export function probeOverConnection(
  request: ProbeRequest,
  transport: ProbeTransport,
  dialogue: ProbeDialogue,
): Promise<ProbeResult> {
  if (request.signal.aborted) return Promise.resolve({ kind: 'cancelled' });
  return new ProbeConnection(request, transport, dialogue).result;
}

export class ProbeConnection {
  readonly result: Promise<ProbeResult>;
  readonly #request: ProbeRequest;
  readonly #transport: ProbeTransport;
  readonly #dialogue: ProbeDialogue;
  readonly #timers: Timer[] = [];
  readonly #sockets = new ProbeSockets(() => this.#settleOnceClosed());
  /** The connection itself, once it is made; what is said goes through `socket`, which may have become TLS on top of it. */
  #wire: net.Socket | null = null;
  #socket: net.Socket | null = null;
  #readLimit: ReadLimit | null = null;
  #trusted: Pick<tls.ConnectionOptions, 'secureContext'> = {};
  readonly #ended = new AbortController();
  #goodbye: (() => void) | null = null;
  /** The `ca_file` that is being read. */
  #readingFile: string | null = null;
  #startedAt: number;
  #stage: ProbeStage;
  #verdict: ProbeResult | null = null;
  #resolve: (result: ProbeResult) => void = () => undefined;

  constructor(request: ProbeRequest, transport: ProbeTransport, dialogue: ProbeDialogue) {
    this.#request = request;
    this.#transport = transport;
    this.#dialogue = dialogue;
    this.#startedAt = request.clock.now();
    this.#stage = connecting;
    this.result = new Promise((resolve) => (this.#resolve = resolve));
    request.signal.addEventListener('abort', this.#cancel, { once: true });
    this.#timers.push(new PatientDeadline(request.clock, request.timeoutMs, () => this.#timeOut()));
    void this.#open(transport.caFile ?? null);
  }

  /** For the dialogue, which begins once there is one. */
  get socket(): net.Socket {
    if (this.#socket === null) throw new Error('the check is not connected yet');
    return this.#socket;
  }

  reach(stage: ProbeStage): void {
    this.#stage = stage;
  }

  /** From here on `socket` is TLS. For protocols that ask in the clear whether they may. */
  encrypt(options: tls.ConnectionOptions, dialogue: ProbeDialogue): void {
    this.reach(shakingHands);
    this.readsUnseen();
    const encrypted = tls.connect({ ...options, ...this.#trusted, socket: this.socket });
    this.#socket = encrypted;
    encrypted.on('error', (error: Error) => this.failBy(error));
    encrypted.once('secureConnect', () => dialogue(this));
  }

  /** For protocols that take over the connection below JavaScript, where no event tells what they read. */
  readsUnseen(): void {
    this.#readLimit?.watch(this.#request.clock);
  }

  /** What to do instead of sending FIN once the verdict stands, where the protocol has a word for parting. */
  partWith(goodbye: () => void): void {
    this.#goodbye = goodbye;
  }

  pass(): void {
    this.#conclude({ kind: 'passed', tookMs: this.#request.clock.now() - this.#startedAt });
  }

  /** Nothing went wrong, and nothing answered: how long that took is our own patience, no latency. */
  passUnanswered(): void {
    this.#conclude({ kind: 'passed', tookMs: null });
  }

  /** Nothing is wrong with the connection, yet the check has failed. */
  fail(failure: FailedProbe): void {
    this.#conclude(failure);
  }

  /** Fails with what is wrong with the answer. */
  failAnswered(finding: string, answer: WrongAnswer): void {
    this.#conclude(wrongAnswer(finding, answer));
  }

  failClosed(): void {
    this.#conclude(closedConnection(this.#stage.whenClosed, this.#closing()));
  }

  /** Fails with what this error means at the present stage. */
  failBy(error: Error): void {
    this.#conclude(this.#readError(error));
  }

  #readError(error: Error): FailedProbe {
    const { whenClosed } = this.#stage;
    // Typed as an error, but it is the code of one (onConnectSecure in Node's _tls_wrap.js).
    const untrusted: unknown = this.#socket instanceof tls.TLSSocket ? this.#socket.authorizationError : null;
    const certificateError = typeof untrusted === 'string' ? untrusted : null;
    const context = { ...this.#closing(), whenClosed, isOpen: this.#wire !== null, certificateError };
    return readConnectionError(error, context);
  }

  /** Runs `action` after `delayMs` unless the connection is closed by then. */
  after(delayMs: number, action: () => void): void {
    this.#timers.push(this.#request.clock.after(delayMs, () => void setImmediate(action)));
  }

  /** Connects, after it has read whom to trust. Never rejects. */
  async #open(caFile: string | null): Promise<void> {
    if (caFile !== null) {
      this.#readingFile = caFile;
      const authorities = await readAuthorities(caFile, this.#ended.signal);
      if (authorities.ok) this.#trusted = { secureContext: authorities.value };
      else this.#endBy(authorities.error);
      this.#readingFile = null;
    }
    if (this.#verdict !== null) return;
    // To read a file is no latency.
    this.#startedAt = this.#request.clock.now();
    this.#sockets.connect(this.#request, {
      onConnected: (wire) => this.#converse(wire),
      onFailed: (error) => {
        this.failBy(error);
        this.#settleOnceClosed();
      },
    });
  }

  /** In the socket's `connect` event: not a byte has been read. */
  #converse(wire: net.Socket): void {
    this.#wire = wire;
    this.#socket = wire;
    this.#readLimit = new ReadLimit(wire, () => this.#endBy(tooMuchRead));
    wire.on('error', (error) => this.failBy(error));
    const { tls: options } = this.#transport;
    if (options === undefined) this.#dialogue(this);
    else this.encrypt(options, this.#dialogue);
  }

  #closing(): Closing {
    return { stage: this.#stage.name, farEndSpoke: (this.#wire?.bytesRead ?? 0) > 0 };
  }

  #conclude(verdict: ProbeResult): void {
    if (this.#verdict !== null) return;
    this.#verdict = verdict;
    if (this.#wire === null || this.#wire.destroyed) return;
    if (this.#goodbye !== null) this.#goodbye();
    else if (this.#transport.halfCloses) this.socket.end();
    this.#drain();
  }

  /** Reads on until the far end closes, for a while, and never beyond the limit. */
  #drain(): void {
    this.socket.resume();
    this.after(maxLingerMs, () => this.#destroy());
  }

  #destroy(): void {
    this.#sockets.abort();
    this.#socket?.destroy();
    this.#wire?.destroy();
    this.#settleOnceClosed();
  }

  #timeOut(): void {
    const { timeoutMs: afterMs } = this.#request;
    if (this.#readingFile !== null) return this.#endBy(unreadInTime(this.#readingFile, afterMs));
    const { refusal } = this.#sockets;
    if (refusal !== null) return this.#endBy(this.#readError(refusal));
    const { farEndSpoke } = this.#closing();
    this.#endBy(lateAnswer({ awaited: this.#stage.awaits, afterMs, farEndSpoke }));
  }

  readonly #cancel = (): void => {
    this.#endBy({ kind: 'cancelled' });
  };

  #endBy(verdict: ProbeResult): void {
    this.#verdict ??= verdict;
    this.#destroy();
  }

  /** The result is due once nothing is open and nothing more will be. */
  #settleOnceClosed(): void {
    if (!this.#sockets.areClosed || (this.#verdict === null && this.#wire === null)) return;
    for (const timer of this.#timers) timer.cancel();
    this.#ended.abort();
    this.#request.signal.removeEventListener('abort', this.#cancel);
    // The last bytes may still be on their way through the HTTP parser.
    setImmediate(() => {
      this.failClosed();
      this.#resolve(this.#verdict ?? { kind: 'cancelled' });
    });
  }
}
