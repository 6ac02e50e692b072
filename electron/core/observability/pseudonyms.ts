/**
 * Names in a text that is made to be posted: each is replaced by a placeholder, the same one everywhere, so that it still shows
 * which services share a host. It hides too much rather than too little: words of programs may name hosts that no
 * config knows. Pure.
 */
import { isIP } from 'node:net';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';

export type HideNames = (text: string) => string;

type NamedService = Pick<ServiceSnapshot, 'name' | 'technology' | 'route'>;

export interface NamesToHide {
  /** In the order of the config. */
  readonly services: readonly NamedService[];
  readonly homeDirectory: string;
  /** The login name; empty where it is not known. */
  readonly userName: string;
}

/** Shorter names are words of their own right too often, and tell nothing. */
const minNameLength = 2;
/** A login name such as `me` is in every other sentence. */
const minUserNameLength = 3;

/** What looks like a host and is a file, or a group of the Kubernetes API. */
const noHost =
  /(?:^localport\.app|\.(?:ya?ml|json|log|sock|pem|key|crt|[cm]?[jt]s|go|plist|conf|cfg|tmp|service)|(?:^|\.)(?:k8s|kubernetes)\.io)$/i;

// Each begins where a word begins: a long word is looked through once.
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
  // In this order: `db.internal.example` is one name, also where a service is called db.
  const pattern = new RegExp([email, ipv6, ipv4, host, ...anyOf(known)].join('|'), 'gi');
  return (text) =>
    withoutHome(text, homeDirectory).replace(pattern, (found) => {
      if (found.toLowerCase() === userName.toLowerCase()) return 'USER';
      return isPlain(found) ? found : found.split('@').map(placeholderOf).join('@');
    });
}

/** The words of `prod · svc/postgres`, `deploy@bastion → db:5432`; a command's program is no secret. */
function wordsOfRoute({ technology, route }: NamedService): readonly string[] {
  if (technology === 'command') return [];
  return (
    route
      .replace(/(?<=^| · )(?:svc|pod|deploy|sts|ds|rs|job)\//, '')
      // Of labels the values: keys are words of everybody's.
      .replace(/[^\s,=!]+!?==?(?=[\w.-]*(?:,|$))/g, ' ')
      .split(/[\s·→@,]+/)
      .map((word) => (isIP(word) === 0 ? word.replace(/:\d+$/, '') : word))
      .filter((word) => word.length >= minNameLength && word !== 'localhost' && !isPlain(word))
  );
}

/** The longest first: of `db-replica` no `db` is found. Hyphens divide: the pod of `web` is `web-0`. */
const anyOf = (names: readonly string[]): readonly string[] =>
  names
    .toSorted((a, b) => b.length - a.length)
    .map((name) => String.raw`(?<!\w)${name.replace(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`)}(?!\w)`);

/** A time such as 10:11:12 is no address; this machine's own addresses are nobody's secret. */
function isPlain(found: string): boolean {
  const [bare = ''] = found.split('%');
  if (bare.includes(':') && !bare.includes('@') && isIP(bare) !== 6) return true;
  if (/^(?:127\.|0\.0\.0\.0$|::1?$)/.test(bare)) return true;
  return isIP(bare) === 0 && noHost.test(bare);
}

const withoutHome = (text: string, home: string): string =>
  (home.length > 1 ? text.replaceAll(home, '~') : text).replace(/\/(Users|home)\/[^/\s'"]+/g, '/$1/USER');
