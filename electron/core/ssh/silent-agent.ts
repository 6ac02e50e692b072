/** Finds out whether a login has waited for an agent that does not answer: one that is locked, or that prompts the user. */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import type { SshConnection } from '../../../shared/service-spec.ts';
import { askChild } from '../process/child-query.ts';
import { agentOf, type LockedKeyTerms } from './locked-key.ts';
import type { AgentRequest } from './ssh-output.ts';

const answerTimeoutMs = 1_000;

/** null: something else was silent. Never rejects. */
export async function explainSilentAgent(
  request: AgentRequest,
  connection: SshConnection,
  terms: LockedKeyTerms,
): Promise<Cause | null> {
  const env = await agentOf(connection, terms);
  if (env === null) return null;
  const ask = (...argv: [string, ...string[]]) =>
    askChild({ name: argv.join(' '), argv, env }, { ...terms, timeoutMs: answerTimeoutMs });
  // An agent may list its keys while it prompts the user for a signature.
  if (request === 'keys' && (await ask('ssh-add', '-L')).kind !== 'timed-out') return null;
  const place = await ask('printenv', 'SSH_AUTH_SOCK');
  const what = place.kind === 'answered' ? place.output[0] : undefined;
  const evidence =
    request === 'keys' ? 'ssh-add -L gets no answer either' : `no signature with ${request.signatureWith}`;
  return what === undefined ? null : describeCause('agent-silent', { what, evidence });
}
