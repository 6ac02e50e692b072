/** What an answer means that came from an API server, or from the kubectl proxy that could not reach it. */
import { STATUS_CODES } from 'node:http';
import { type Cause, describeCause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { secretsOf } from '../observability/secrets.ts';
import { thisPrivacy } from '../privacy/mac-privacy.ts';
import { pluginWords, signInCommand } from './credential-failures.ts';
import { toEvidence } from './evidence.ts';
import { classifyLines } from './failure-classifier.ts';

interface Answer {
  /** 0: there was none. */
  readonly status: number;
  /** JSON, parsed; else text. */
  readonly body: unknown;
}

/** `words`: what kubectl and its credential plugin have said meanwhile, oldest first. */
export function classifyKubeAnswer(
  service: ServiceSpec,
  answer: Answer,
  words: readonly string[] = [],
): Cause {
  const reason = reasonIn(answer);
  const found = classifyLines({ service, lines: [...words, reason], privacy: thisPrivacy });
  if (found !== null) return found;
  const evidence = toEvidence(reason, secretsOf(service));
  return answer.status === 0
    ? describeCause('timed-out', { what: 'The API server', evidence })
    : describeCause('exited', { ending: `the API server answered ${String(answer.status)}`, evidence });
}

/** The message of a Kubernetes `Status`, or the text; without either, HTTP's own words for the status. */
function reasonIn({ status, body }: Answer): string {
  if (typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string')
    return body.message;
  const text = typeof body === 'string' ? body.trim() : '';
  return text === '' ? `HTTP ${String(status)} ${STATUS_CODES[status] ?? ''}`.trimEnd() : text;
}

/** A human was to sign in, and it came to nothing. Only the user tries again: another try may open another sign-in page. */
export function failedSignIn(service: ServiceSpec, words: readonly string[]): Cause {
  const { connection } = service;
  const context = connection.technology === 'kubectl' ? (connection.context ?? undefined) : undefined;
  const line = pluginWords(words);
  const evidence = line === undefined ? undefined : toEvidence(line, secretsOf(service));
  return describeCause('credentials-expired', { context, command: signInCommand(words), evidence });
}
