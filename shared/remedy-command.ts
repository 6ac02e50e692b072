/** The command that LocalPort runs for a cause when the user asks for it. Pure. */
import type { Cause } from './failure.ts';

export interface RemedyCommand {
  /** `query`: it changes nothing, and its output is the answer. */
  readonly kind: 'sign-in' | 'query';
  readonly command: string;
}

/** `aws sso login --profile prod`, `kubectl get pods -n shop`; null: there is none. */
export function remedyCommandOf(cause: Cause | null): RemedyCommand | null {
  const action = cause?.action ?? null;
  if (action?.kind === 'show-output') return { kind: 'query', command: action.command };
  return action?.kind === 'copy-command' && cause?.code === 'credentials-expired'
    ? { kind: 'sign-in', command: action.command }
    : null;
}
