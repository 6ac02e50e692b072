/** The texts of a prompt and its answers. Separate from the schemas, to keep them out of the popover's bundle. */
import type { Prompt } from './prompt.ts';
import { assertNever } from './result.ts';

/** The affirmative answer to a `confirm`: ssh treats anything else as no. */
export const yes = 'yes';
export const no = 'no';

/** `bastion asks for a password` */
export function promptTitle({ kind, asker }: Pick<Prompt, 'kind' | 'asker'>): string {
  switch (kind) {
    case 'password':
      return `${asker} asks for a password`;
    case 'passphrase':
      return `The key ${asker} is locked`;
    case 'code':
      return `${asker} asks for a code`;
    case 'touch':
      return 'Touch your security key';
    case 'sign-in':
      return `${asker} is waiting for you to sign in`;
    case 'confirm':
      return `Confirm the login to ${asker}`;
    default:
      return assertNever(kind, 'prompt kind');
  }
}

/** The words of a `sign-in`: the program prints none. */
export const signInWords = 'Sign in where it asks you to, usually in your browser. LocalPort then connects.';

/** Why the prompt is repeated; null: it is not. */
export function repetitionOf({
  isRepeated,
  wasRemembered,
}: Pick<Prompt, 'isRepeated' | 'wasRemembered'>): string | null {
  if (wasRemembered === true) return 'The answer in the keychain was not accepted, and was removed';
  return isRepeated ? 'The last answer was not accepted' : null;
}
