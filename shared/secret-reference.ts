/** A reference in the config to a password stored elsewhere: `keychain:NAME` or `op://vault/item/field`. */
export type SecretReference =
  /** In the login keychain (macOS) or the secret service (Linux), stored by `localport secret set`. */
  | { readonly kind: 'keychain'; readonly name: string }
  /** A reference as 1Password's `op read` accepts it. */
  | { readonly kind: 'op'; readonly place: string };

const keychainPrefix = 'keychain:';
const opPrefix = 'op://';

const secretName = /^[\p{L}\p{N}_][\p{L}\p{N}_.@:/-]{0,99}$/u;

/** Why a password in the keychain cannot have this name; null: it can. */
export const secretNameFault = (name: string): string | null =>
  secretName.test(name)
    ? null
    : 'is not a valid name of a secret: use up to 100 letters, digits and . _ - @ : /, and begin with a letter or digit';

/** null: the text is the password itself or an invalid reference. */
export function parseSecretReference(text: string): SecretReference | null {
  if (secretReferenceFault(text) !== null) return null;
  if (text.startsWith(keychainPrefix)) return { kind: 'keychain', name: text.slice(keychainPrefix.length) };
  return text.startsWith(opPrefix) ? { kind: 'op', place: text } : null;
}

/** Why a reference is invalid, without the text, which may be a password after all. null: it is valid, or not a reference. */
export function secretReferenceFault(text: string): string | null {
  if (text.startsWith(keychainPrefix) && secretNameFault(text.slice(keychainPrefix.length)) !== null)
    return 'has no name after keychain: write keychain:NAME, as in localport secret set NAME';
  if (text.startsWith(opPrefix) && !/^op:\/\/[^/\p{Cc}]+(?:\/[^/\p{Cc}]+){2,3}$/u.test(text))
    return 'is not a complete op:// reference: write op://vault/item/field';
  return null;
}

export const setCommand = (name: string): string => `localport secret set ${name}`;
