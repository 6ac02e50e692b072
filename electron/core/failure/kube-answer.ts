/** Classifies an answer from an API server, or from the kubectl proxy that could not reach it. */
import { STATUS_CODES } from 'node:http';
import { type Cause, describeCause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { secretsOf } from '../secrets/secret-values.ts';
import { thisPrivacy } from '../privacy/mac-privacy.ts';
import { pluginMessage, signInCommand } from './credential-failures.ts';
import { toEvidence } from './evidence.ts';
import { classifyLines } from './failure-classifier.ts';

interface Answer {
  /** 0: no answer. */
  readonly status: number;
  /** Parsed JSON, or text. */
  readonly body: unknown;
}

/** `output`: recent lines from kubectl and its credential plugin, oldest first. */
export function classifyKubeAnswer(
  service: ServiceSpec,
  answer: Answer,
  output: readonly string[] = [],
): Cause {
  const reason = reasonIn(answer);
  const found = classifyLines({ service, lines: [...output, reason], privacy: thisPrivacy });
  if (found !== null) return found;
  const evidence = toEvidence(reason, secretsOf(service));
  const { status, body } = answer;
  if (status === 0 && body === cutOff) return describeCause('closed-by-remote', { host: 'The API server' });
  if (status === 0) return describeCause('timed-out', { what: 'The API server', evidence });
  if (isOtherServer(answer))
    return describeCause('exited', {
      what: 'Another server answers in place of the API server',
      fix: 'Check server of the cluster in your kubeconfig, the VPN, and whether this network wants you to sign in',
      evidence,
    });
  const what = status === tooManyRequests ? 'The API server is overloaded' : undefined;
  return describeCause('exited', { what, ending: `the API server answered ${String(status)}`, evidence });
}

/** Node's message about an answer that ends too early. */
const cutOff = 'aborted';
const missing = 404;
/** A sign-in page of the network, a redirect to one, or a web server. */
const isOtherServer = ({ status, body }: Answer): boolean =>
  (status >= 300 && status < 400) ||
  (typeof body === 'string' && (status === missing || (status < 300 && webPage.test(body))));
const tooManyRequests = 429;

const webPage = /^\s*<[!a-z]/i;

/** More than any message; a server may send megabytes. */
const maxReasonLength = 8 * 1024;

/** The message of a Kubernetes `Status`, or the text; without either, the standard text of the HTTP status. */
function reasonIn({ status, body }: Answer): string {
  if (typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string')
    return body.message.slice(0, maxReasonLength);
  const all = typeof body === 'string' ? body.slice(0, maxReasonLength).trim() : '';
  // Of a web page, such as a load balancer's, its title says the most.
  const text = webPage.test(all) ? (/<title>([^<]+)<\/title>/i.exec(all)?.[1]?.trim() ?? '') : all;
  return text === '' ? `HTTP ${String(status)} ${STATUS_CODES[status] ?? ''}`.trimEnd() : text;
}

/** A sign-in by the user failed or timed out. Only the user retries: another attempt may open another sign-in page. */
export function failedSignIn(service: ServiceSpec, output: readonly string[]): Cause {
  const { connection } = service;
  const context = connection.technology === 'kubectl' ? (connection.context ?? undefined) : undefined;
  const line = pluginMessage(output);
  const evidence = line === undefined ? undefined : toEvidence(line, secretsOf(service));
  return describeCause('credentials-expired', { context, command: signInCommand(output), evidence });
}
