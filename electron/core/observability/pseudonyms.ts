/**
 * Replaces names in a text that is meant to be published: each name gets one placeholder everywhere, so that the text still
 * shows which services share a host. Hides too much rather than too little: program output may name hosts that are in no
 * config. Pure.
 */
import { isIP } from 'node:net';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';

export type HideNames = (text: string) => string;

type NamedService = Pick<ServiceSnapshot, 'name' | 'technology' | 'route'>;

export interface NamesToHide {
  /** In the order of the config. */
  readonly services: readonly NamedService[];
  readonly homeDirectory: string;
  /** The login name; empty if it is not known. */
  readonly userName: string;
}

/** Shorter names are too often ordinary words, and reveal nothing. */
const minNameLength = 2;
/** A login name such as `me` occurs in every other sentence. */
const minUserNameLength = 3;

/** Text that looks like a host but is a file, or a group of the Kubernetes API. */
const noHost =
  /(?:^localport\.app|\.(?:ya?ml|json|log|sock|pem|key|crt|[cm]?[jt]s|go|plist|conf|cfg|tmp|service)|(?:^|\.)(?:k8s|kubernetes)\.io)$/i;

// Each pattern begins at the start of a word, so that a long word is scanned once.
const email = String.raw`(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+`;
const ipv6 = String.raw`(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:%\w+)?(?![\w:])`;
const ipv4 = String.raw`(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)`;
const host = String.raw`(?<![\w.-])(?:[a-z0-9_][a-z0-9_-]*\.)+[a-z]{2,24}(?![\w-])`;

/** Services in the order of the config are `service-1`, `service-2`…; all other names `name-1`…, in order of appearance. */
export function createPseudonyms({ services, homeDirectory, userName }: NamesToHide): HideNames {
  const placeholders = new Map<string, string>();
  for (const [index, { name }] of services.entries())
    placeholders.set(name.toLowerCase(), `service-${index + 1}`);
  const serviceCount = placeholders.size;
  const placeholderOf = (name: string): string => {
    const key = name.toLowerCase();
    const known = placeholders.get(key) ?? `name-${placeholders.size - serviceCount + 1}`;
    placeholders.set(key, known);
    return known;
  };
  for (const word of services.flatMap(wordsOfRoute)) placeholderOf(word);
  const known = [...placeholders.keys()].filter((name) => name.length >= minNameLength);
  if (userName.length >= minUserNameLength) known.push(userName.toLowerCase());
  // In this order: `db.internal.example` is one name, even if a service is called db.
  const pattern = new RegExp([email, ipv6, ipv4, host, ...anyOf(known)].join('|'), 'gi');
  return (text) =>
    withoutHome(text, homeDirectory).replace(pattern, (found) => {
      if (found.toLowerCase() === userName.toLowerCase()) return 'USER';
      return isPlain(found) ? found : found.split('@').map(placeholderOf).join('@');
    });
}

/** The words of `prod · svc/postgres`, `deploy@bastion → db:5432`; the program of a command is not hidden. */
function wordsOfRoute({ technology, route }: NamedService): readonly string[] {
  if (technology === 'command') return [];
  return (
    route
      .replace(/(?<=^| · )(?:svc|pod|deploy|sts|ds|rs|job)\//, '')
      // Only the values of labels: keys are common words.
      .replace(/[^\s,=!]+!?==?(?=[\w.-]*(?:,|$))/g, ' ')
      .split(/[\s·\u2192@,]+/)
      .map((word) => (isIP(word) === 0 ? word.replace(/:\d+$/, '') : word))
      .filter((word) => word.length >= minNameLength && word !== 'localhost' && !isPlain(word))
  );
}

/** The longest first, so that `db` is not found in `db-replica`. Hyphens separate words: the pod of `web` is `web-0`. */
const anyOf = (names: readonly string[]): readonly string[] =>
  names
    .toSorted((a, b) => b.length - a.length)
    .map((name) => String.raw`(?<!\w)${name.replace(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`)}(?!\w)`);

/** A time such as 10:11:12 is not an address; this machine's own addresses are not secret. */
function isPlain(found: string): boolean {
  const [bare = ''] = found.split('%');
  if (bare.includes(':') && !bare.includes('@') && isIP(bare) !== 6) return true;
  if (/^(?:127\.|0\.0\.0\.0$|::1?$)/.test(bare)) return true;
  return isIP(bare) === 0 && noHost.test(bare);
}

const withoutHome = (text: string, home: string): string =>
  (home.length > 1 ? text.replaceAll(home, '~') : text).replace(/\/(Users|home)\/[^/\s'"]+/g, '/$1/USER');
