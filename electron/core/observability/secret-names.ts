/** The single list of the names of secrets: of variables, headers, options and query parameters. Pure. */

/** The value of a name that contains one of these is hidden even in prose. */
const certain = 'password|passwd|passphrase|secret|token|(?:api|access|private|signing|encryption)[_-]?key';

/** The source of a pattern for text, ignoring case. */
export const certainSecretName = String.raw`[\w-]{0,40}(?:${certain})`;

const namesASecret: readonly RegExp[] = [
  new RegExp(`${certain}|credential|cookie|authorization`, 'i'),
  /(^|_)(PASS|PWD|KEY|AUTH|PAT|DSN|SESSION|SIG|SIGNATURE)(_|$)/i,
  // As the end of a word: DBPASS, but not COMPASS or BYPASS.
  /(?<!COM|BY)PASS$/i,
  /(SSH|MASTER|DEPLOY|AUTH)KEY/i,
];

/** Names the location, the user or the kind of a secret, not the secret. */
const namesSomethingElse =
  /_(FILE|PATH|DIR|HOST|PORT|USER|USERNAME|URL|ID|NAME|SOCK|ADDRESS|TYPE|CLASS|DESKTOP|METHOD|MODE|STDIN|TTL|TIMEOUT)$/i;
const namesADesktop = /^(XDG|DBUS|DESKTOP|GDM|GNOME|KDE)_?SESSION/i;

/** Whether the value of this name is likely to be a secret, rather than the location of one. */
export function isSecretName(name: string): boolean {
  const words = name.replaceAll('-', '_');
  if (/^(OLD)?PWD$/.test(words) || namesSomethingElse.test(words) || namesADesktop.test(words)) return false;
  return namesASecret.some((pattern) => pattern.test(words));
}
