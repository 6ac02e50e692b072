/** The one list of names that secrets go by, of variables, headers, options and query parameters. Pure. */

/** What a name that holds one of these stands for is certain enough to be hidden in prose as well. */
const certain = 'password|passwd|passphrase|secret|token|(?:api|access|private|signing|encryption)[_-]?key';

/** The source of a pattern for text, ignoring case. */
export const certainSecretName = String.raw`[\w-]{0,40}(?:${certain})`;

const namesASecret: readonly RegExp[] = [
  new RegExp(`${certain}|credential|cookie|authorization`, 'i'),
  /(^|_)(PASS|PWD|KEY|AUTH|PAT|DSN|SESSION|SIG|SIGNATURE)(_|$)/i,
  // Written as one word: DBPASS, but not COMPASS or BYPASS.
  /(?<!COM|BY)PASS$/i,
  /(SSH|MASTER|DEPLOY|AUTH)KEY/i,
];

/** Names the place, the user or the kind of a secret, not the secret. */
const namesSomethingElse =
  /_(FILE|PATH|DIR|HOST|PORT|USER|USERNAME|URL|ID|NAME|SOCK|ADDRESS|TYPE|CLASS|DESKTOP|METHOD|MODE|STDIN|TTL|TIMEOUT)$/i;
const namesADesktop = /^(XDG|DBUS|DESKTOP|GDM|GNOME|KDE)_?SESSION/i;

/** Whether what goes by this name is likely to be a secret, rather than where to find one. */
export function isSecretName(name: string): boolean {
  const words = name.replaceAll('-', '_');
  if (/^(OLD)?PWD$/.test(words) || namesSomethingElse.test(words) || namesADesktop.test(words)) return false;
  return namesASecret.some((pattern) => pattern.test(words));
}
