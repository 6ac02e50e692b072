/**
 * One kubectl proxy for a context: it supplies all of kubectl's credentials, and requests and streams go through
 * its socket, which is the endpoint. Ready means that the API server has answered through it with anything but 401.
 */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { firstReport } from '../abort-signal.ts';
import { sleep, withDeadline } from '../clock.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import { classifyKubeAnswer } from '../failure/kube-answer.ts';
import type { Carrier, CarrierRequest, TransportProof } from '../transport/carrier.ts';
import {
  ChildCarrier,
  type ChildCarrierOptions,
  type ChildLine,
  type ChildPlan,
  type LineMeaning,
} from '../transport/child-carrier.ts';
import { afterOutageMs, type KubeAnswer, type KubeApi, noAnswer } from './kube-api.ts';
import { isServingLine, kubeProxyArgv, kubeProxyEnvironment } from './kube-proxy-command.ts';
import { createKubeRequests } from './kube-requests.ts';
import { KubeSignIn } from './kube-sign-in.ts';
import type { ClusterChoice } from './kubectl-flags.ts';
import { explainByKubeconfig } from './kubeconfig-fault.ts';
import type { PromptQueue } from '../prompts/prompt-queue.ts';
import { ensureRuntimeDirectory, removeFile, tunnelFile } from '../files/private-path.ts';
import type { CarrierReports } from '../transport/shared-carrier.ts';

export interface KubeSessionOptions extends ChildCarrierOptions {
  /** An existing 0700 directory of the user's: the socket is created here. */
  readonly runtimeDirectory: string;
  /** Shows that a credential plugin is waiting for the user. */
  readonly prompts: PromptQueue;
}

/** `onUserNeeded`: a sign-in is in progress. Another session would open another sign-in page. */
export type KubeSessionReports = Pick<CarrierReports, 'onUserNeeded' | 'services'>;

/** Every user may read it, yet an invalid token is still answered with 401. */
const proofPath = '/version';
const maxStderrLines = 20;
/**
 * kubectl logs a failed request before it answers the request: the line, and the plugin's output before it, arrive
 * soon.
 */
const failedRequest = /Error while proxying request/;
const stderrDeadlineMs = 500;
/** How long the first answer may be a 403 because the roles are not loaded. */
const rolesDeadlineMs = 3_000;
const rolesPollMs = 250;

/** Never throws: every failure is the value of `ready` and `ended`. */
export function openKubeSession(
  request: CarrierRequest,
  cluster: ClusterChoice,
  options: KubeSessionOptions,
  reports: KubeSessionReports,
): Carrier {
  const carrier = new ChildCarrier(options, request);
  try {
    ensureRuntimeDirectory(options.runtimeDirectory);
    const path = tunnelFile(options.runtimeDirectory, request.id, 'kube');
    const { service } = request;
    const session = new KubeSession({
      ...options,
      ...reports,
      service,
      cluster,
      path,
      kubectl: () => carrier.pid,
    });
    carrier.launch(session.plan());
  } catch (error) {
    carrier.fail(describeCause('exited', { ending: 'it could not be started', evidence: String(error) }));
  }
  return carrier;
}

interface KubeSessionParts extends KubeSessionReports, ChildCarrierOptions {
  readonly prompts: PromptQueue;
  readonly service: ServiceSpec;
  readonly cluster: ClusterChoice;
  /** Of the socket. */
  readonly path: string;
  /** Its process id. */
  readonly kubectl: () => number | null;
}

class KubeSession {
  readonly #parts: KubeSessionParts;
  readonly #signIn: KubeSignIn;
  readonly #api: KubeApi;
  readonly #serving: Promise<void>;
  #onServing: () => void = () => undefined;
  /** Credential plugins print errors on stderr, not in the answer. */
  #stderrLines: string[] = [];
  #onStderr: () => void = () => undefined;
  #lastOutageAt = -Infinity;

  constructor(parts: KubeSessionParts) {
    this.#parts = parts;
    this.#signIn = new KubeSignIn({ ...parts, stderrLines: () => this.#stderrLines });
    this.#api = createKubeRequests(parts.path, parts.clock);
    this.#serving = new Promise((resolve) => (this.#onServing = resolve));
  }

  plan(): ChildPlan {
    const { cluster, path } = this.#parts;
    return {
      child: {
        name: `kubectl proxy ${cluster.context ?? ''}`.trimEnd(),
        argv: kubeProxyArgv(cluster, path),
        env: kubeProxyEnvironment,
      },
      interpret: (line) => this.#interpret(line),
      probeReadiness: async (signal) => {
        const readiness = await this.#probeReadiness(signal);
        this.#signIn.endStart();
        return readiness;
      },
      awaits: 'The API server',
      openQuestion: () => this.#signIn.openQuestion(),
      isPromptingUser: () => this.#signIn.isRunning,
      roundTrip: (deadlineMs) => this.#prove(deadlineMs),
      explainEnd: (cause, signal) => this.#explainByKubeconfig(cause, signal),
      cleanUp: () => {
        this.#signIn.endStart();
        return removeFile(path);
      },
    };
  }

  #interpret({ stream, text }: ChildLine): LineMeaning {
    if (stream === 'stderr') {
      this.#stderrLines = [...this.#stderrLines, text].slice(-maxStderrLines);
      this.#onStderr();
      return { kind: 'evidence' };
    }
    if (isServingLine(text)) this.#onServing();
    return { kind: 'chatter' };
  }

  async #probeReadiness(signal: AbortSignal): Promise<Result<Endpoint, Cause> | null> {
    const { service, path, clock } = this.#parts;
    const isServing = await firstReport<true>((report) => {
      void this.#serving.then(() => report(true));
      return () => undefined;
    }, signal);
    if (isServing === null) return null;
    const failed = this.#signIn.failedBeforeRequest();
    if (failed !== null) return err(failed);
    const startedAt = clock.now();
    // The carrier's own deadline, which leaves the user more time, comes first.
    const options = { signal, timeoutMs: KubeSignIn.maxWaitMs + 2 * service.startTimeoutMs };
    let answer = await this.#getVersion(options);
    while (answer.status === forbidden && clock.now() - startedAt < rolesDeadlineMs) {
      if (!(await sleep(clock, rolesPollMs, signal))) return null;
      answer = await this.#getVersion(options);
    }
    if (signal.aborted) return null;
    const cause = await this.#causeIn(answer);
    if (cause === null) return ok({ kind: 'unix', path });
    return err(await this.#explainByKubeconfig(this.#signIn.causeAfter(cause), signal));
  }

  #explainByKubeconfig(cause: Cause, signal: AbortSignal): Promise<Cause> {
    const { service, cluster, launcher, clock } = this.#parts;
    return explainByKubeconfig({ service, cluster, cause }, { launcher, clock, signal });
  }

  /**
   * 403 is an answer, but not soon after an outage. If the answer is not from the API server itself, the API server
   * is down.
   */
  async #prove(deadlineMs: number): Promise<TransportProof> {
    const { service, clock } = this.#parts;
    this.#stderrLines = [];
    const startedAt = clock.now();
    const answered = new AbortController();
    void this.#signIn.checkPluginAfter(deadlineMs / 2, answered.signal);
    const answer = await this.#getVersion({ timeoutMs: deadlineMs });
    answered.abort();
    if (answer.status !== noAnswer) this.#signIn.noteAnswer();
    const overdue = this.#signIn.overdue();
    if (overdue !== null) return { kind: 'dead', cause: overdue };
    const isSettled = answer.status !== forbidden || clock.now() - this.#lastOutageAt >= afterOutageMs;
    if (isAnswered(answer) && isSettled)
      return answer.status === unauthorized
        ? { kind: 'dead', cause: classifyKubeAnswer(service, answer, this.#stderrLines) }
        : { kind: 'alive' };
    if (!isAnswered(answer)) this.#lastOutageAt = clock.now();
    const leftMs = Math.max(0, deadlineMs - (clock.now() - startedAt));
    const cause = answer.status === noAnswer ? null : await this.#causeIn(answer, leftMs);
    return cause === null ? { kind: 'silent' } : { kind: 'dead', cause };
  }

  /** On a first 401, kubectl has its plugin renew the token, and the second request uses the new one. */
  async #getVersion(options: {
    readonly signal?: AbortSignal;
    readonly timeoutMs: number;
  }): Promise<KubeAnswer> {
    const { clock } = this.#parts;
    const startedAt = clock.now();
    const answer = await this.#api.get(proofPath, options);
    if (answer.status !== unauthorized) return answer;
    const timeoutMs = Math.max(0, options.timeoutMs - (clock.now() - startedAt));
    return this.#api.get(proofPath, { ...options, timeoutMs });
  }

  /** null: the API server has accepted the request. */
  async #causeIn(answer: KubeAnswer, deadlineMs = stderrDeadlineMs): Promise<Cause | null> {
    if (isAnswered(answer) && answer.status !== unauthorized) return null;
    const { service, clock } = this.#parts;
    const waitMs = Math.min(deadlineMs, stderrDeadlineMs);
    if (answer.status >= serverErrors) await withDeadline(clock, waitMs, this.#failureLogged());
    return classifyKubeAnswer(service, answer, this.#stderrLines);
  }

  async #failureLogged(): Promise<void> {
    while (!this.#stderrLines.some((text) => failedRequest.test(text)))
      await new Promise<void>((resolve) => (this.#onStderr = resolve));
  }
}

const unauthorized = 401;
const forbidden = 403;
const clientErrors = 400;
const serverErrors = 500;

/** In plain text, an error of the server is from kubectl or a load balancer, and a page or a redirect from a sign-in of the network. */
const isAnswered = ({ status, body }: KubeAnswer): boolean =>
  typeof body === 'object' || (status >= clientErrors && status < serverErrors);
