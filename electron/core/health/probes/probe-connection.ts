/**
 * One connection through a tunnel for one check: connects, runs the protocol, and ends with exactly one result.
 *
 * 1. The first verdict wins; later socket events are ignored.
 * 2. The result settles when all sockets are closed: a settled check holds no resources.
 * 3. Canceling and the deadline destroy the sockets at once, at any stage.
 * 4. A timer decides only after the event loop has polled the sockets once more, and the deadline counts only time in
 *    which it could poll (`RunningTimeDeadline`): after a stall, the answer may already be waiting.
 * 5. Any verdict other than a timeout or cancel closes the connection gracefully. A reset that reaches the program in a
 *    pod ends the whole `kubectl port-forward` (kubernetes/kubernetes#111825), so a check must not cause one.
 * 6. It reads a limited number of bytes (`ReadLimit`). A server that sends more is flooding, and a graceful close would
 *    never end.
 */
import type net from 'node:net';
import tls from 'node:tls';
import type { Timer } from '../../clock.ts';
import type { ProbeRequest, ProbeResult, WrongAnswer } from '../probe.ts';
import { readCaFile, unreadInTime } from './ca-file.ts';
import { readConnectionError } from './connection-error.ts';
import { RunningTimeDeadline } from './running-time-deadline.ts';
import {
  closedConnection,
  lateAnswer,
  wrongAnswer,
  type Closing,
  type FailedProbe,
} from './probe-failures.ts';
import { ProbeSockets } from './probe-sockets.ts';
import { connecting, tlsHandshake, type ProbeStage } from './probe-stage.ts';
import { ReadLimit, tooMuchRead } from './read-limit.ts';

const maxLingerMs = 250;

/** The protocol's exchange on an open connection. Called once, after connect or after the TLS handshake. */
export type ProbeDialogue = (connection: ProbeConnection) => void;

export interface ProbeTransport {
  /** Options of the TLS handshake; absent: plain TCP. */
  readonly tls?: tls.ConnectionOptions;
  /** The CA certificates for TLS, used now or after an upgrade, instead of the default ones. Read before connecting. */
  readonly caFile?: string | null;
  /** Whether to send FIN once there is a verdict. Not for HTTP, where servers take it for a client that gave up. */
  readonly halfCloses: boolean;
}

/**
 * Connects to the endpoint and runs the dialogue. Never rejects; settles within `timeoutMs` of running time, or at once
 * when canceled.
 */
export function probeOverConnection(
  request: ProbeRequest,
  transport: ProbeTransport,
  dialogue: ProbeDialogue,
): Promise<ProbeResult> {
  if (request.signal.aborted) return Promise.resolve({ kind: 'canceled' });
  return new ProbeConnection(request, transport, dialogue).result;
}

export class ProbeConnection {
  readonly result: Promise<ProbeResult>;
  readonly #request: ProbeRequest;
  readonly #transport: ProbeTransport;
  readonly #dialogue: ProbeDialogue;
  readonly #timers: Timer[] = [];
  readonly #sockets = new ProbeSockets(() => this.#settleOnceClosed());
  /** The connection itself, once it is established; the dialogue uses `socket`, which may be TLS on top of it. */
  #wire: net.Socket | null = null;
  #socket: net.Socket | null = null;
  #readLimit: ReadLimit | null = null;
  #tlsTrust: Pick<tls.ConnectionOptions, 'secureContext'> = {};
  readonly #ended = new AbortController();
  #gracefulClose: (() => void) | null = null;
  /** The `ca_file` while it is being read. */
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
    this.#timers.push(new RunningTimeDeadline(request.clock, request.timeoutMs, () => this.#timeOut()));
    void this.#open(transport.caFile ?? null);
  }

  /** For the dialogue, which starts once a socket is connected. */
  get socket(): net.Socket {
    if (this.#socket === null) throw new Error('the check is not connected yet');
    return this.#socket;
  }

  reach(stage: ProbeStage): void {
    this.#stage = stage;
  }

  /** Upgrades `socket` to TLS, for protocols that negotiate TLS in plain text first. */
  encrypt(options: tls.ConnectionOptions, dialogue: ProbeDialogue): void {
    this.reach(tlsHandshake);
    this.pollReadLimit();
    const encrypted = tls.connect({ ...options, ...this.#tlsTrust, socket: this.socket });
    this.#socket = encrypted;
    encrypted.on('error', (error: Error) => this.failBy(error));
    encrypted.once('secureConnect', () => dialogue(this));
  }

  /** For protocols that read the connection below JavaScript, without `data` events. */
  pollReadLimit(): void {
    this.#readLimit?.watch(this.#request.clock);
  }

  /**
   * Sets how to close the connection once there is a verdict, instead of sending FIN, if the protocol has its own
   * message for that.
   */
  closeWith(gracefulClose: () => void): void {
    this.#gracefulClose = gracefulClose;
  }

  pass(): void {
    this.#conclude({ kind: 'passed', tookMs: this.#request.clock.now() - this.#startedAt });
  }

  /** Passes although nothing answered; the time waited is not a latency. */
  passUnanswered(): void {
    this.#conclude({ kind: 'passed', tookMs: null });
  }

  /** Fails the check with this failure. */
  fail(failure: FailedProbe): void {
    this.#conclude(failure);
  }

  /** Fails the check because of the answer. */
  failAnswered(finding: string, answer: WrongAnswer): void {
    this.#conclude(wrongAnswer(finding, answer));
  }

  failClosed(): void {
    this.#conclude(closedConnection(this.#stage.whenClosed, this.#closing()));
  }

  /** Fails with what this error means at the current stage. */
  failBy(error: Error): void {
    this.#conclude(this.#readError(error));
  }

  #readError(error: Error): FailedProbe {
    const { whenClosed } = this.#stage;
    // Typed as an error, but Node sets the error's code (onConnectSecure in _tls_wrap.js).
    const untrusted: unknown = this.#socket instanceof tls.TLSSocket ? this.#socket.authorizationError : null;
    const certificateError = typeof untrusted === 'string' ? untrusted : null;
    const context = { ...this.#closing(), whenClosed, isOpen: this.#wire !== null, certificateError };
    return readConnectionError(error, context);
  }

  /** Runs `action` after `delayMs` unless the connection is closed by then. */
  after(delayMs: number, action: () => void): void {
    this.#timers.push(this.#request.clock.after(delayMs, () => void setImmediate(action)));
  }

  /** Connects after reading the CA file. Never rejects. */
  async #open(caFile: string | null): Promise<void> {
    if (caFile !== null) {
      this.#readingFile = caFile;
      const caCertificates = await readCaFile(caFile, this.#ended.signal);
      if (caCertificates.ok) this.#tlsTrust = { secureContext: caCertificates.value };
      else this.#endBy(caCertificates.error);
      this.#readingFile = null;
    }
    if (this.#verdict !== null) return;
    // Reading the file does not count as latency.
    this.#startedAt = this.#request.clock.now();
    this.#sockets.connect(this.#request, {
      onConnected: (wire) => this.#startDialogue(wire),
      onFailed: (error) => {
        this.failBy(error);
        this.#settleOnceClosed();
      },
    });
  }

  /** Runs in the socket's `connect` event, before any byte has been read. */
  #startDialogue(wire: net.Socket): void {
    this.#wire = wire;
    this.#socket = wire;
    this.#readLimit = new ReadLimit(wire, () => this.#endBy(tooMuchRead));
    wire.on('error', (error) => this.failBy(error));
    const { tls: options } = this.#transport;
    if (options === undefined) this.#dialogue(this);
    else this.encrypt(options, this.#dialogue);
  }

  #closing(): Closing {
    return { stage: this.#stage.name, remoteEndSpoke: (this.#wire?.bytesRead ?? 0) > 0 };
  }

  #conclude(verdict: ProbeResult): void {
    if (this.#verdict !== null) return;
    this.#verdict = verdict;
    if (this.#wire === null || this.#wire.destroyed) return;
    if (this.#gracefulClose !== null) this.#gracefulClose();
    else if (this.#transport.halfCloses) this.socket.end();
    this.#drain();
  }

  /** Keeps reading until the remote end closes, for a limited time, and never beyond the read limit. */
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
    const { remoteEndSpoke } = this.#closing();
    this.#endBy(lateAnswer({ awaited: this.#stage.awaits, afterMs, remoteEndSpoke }));
  }

  readonly #cancel = (): void => {
    this.#endBy({ kind: 'canceled' });
  };

  #endBy(verdict: ProbeResult): void {
    this.#verdict ??= verdict;
    this.#destroy();
  }

  /** Settles the result once no socket is open and none will be opened. */
  #settleOnceClosed(): void {
    if (!this.#sockets.areClosed || (this.#verdict === null && this.#wire === null)) return;
    for (const timer of this.#timers) timer.cancel();
    this.#ended.abort();
    this.#request.signal.removeEventListener('abort', this.#cancel);
    // The last bytes may still be in the HTTP parser.
    setImmediate(() => {
      this.failClosed();
      this.#resolve(this.#verdict ?? { kind: 'canceled' });
    });
  }
}
