/** The sign-in that a cause asks for: the command that the kubeconfig's plugin or the profile names. Pure. */
import type { Cause } from './failure.ts';

/** `aws sso login --profile prod`; null: it asks for none, or for one that is not known. */
export const signInCommandOf = (cause: Cause | null): string | null =>
  cause?.code === 'credentials-expired' && cause.action?.kind === 'copy-command'
    ? cause.action.command
    : null;
