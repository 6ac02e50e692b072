/** What the button beside a cause does: the action from the catalog, or the sign-in if its command is one. Pure. */
import type { Cause, RemedyAction } from './failure.ts';
import { remedyCommandOf } from './remedy-command.ts';

export type CauseAction =
  RemedyAction | { readonly kind: 'sign-in'; readonly label: string; readonly command: string };

export function causeActionOf(cause: Cause): CauseAction | null {
  const run = remedyCommandOf(cause);
  return run?.kind === 'sign-in' ? { ...run, kind: 'sign-in', label: 'Sign In…' } : cause.action;
}
