/** The sign-in that a cause requires: the command that the kubeconfig's plugin or the profile names. Pure. */
import type { Cause } from './failure.ts';

/** `aws sso login --profile prod`; null: no sign-in, or an unknown one. */
export const signInCommandOf = (cause: Cause | null): string | null =>
  cause?.code === 'credentials-expired' && cause.action?.kind === 'copy-command'
    ? cause.action.command
    : null;
