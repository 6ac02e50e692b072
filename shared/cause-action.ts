/** What the button beside a cause does: the action from the catalog, or the sign-in if its command is one. Pure. */
import type { Cause, RemedyAction } from './failure.ts';
import { signInCommandOf } from './sign-in.ts';

export type CauseAction =
  RemedyAction | { readonly kind: 'sign-in'; readonly label: string; readonly command: string };

export function causeActionOf(cause: Cause): CauseAction | null {
  const command = signInCommandOf(cause);
  return command === null ? cause.action : { kind: 'sign-in', label: 'Sign In…', command };
}
