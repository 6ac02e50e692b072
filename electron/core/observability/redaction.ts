/**
 * Takes secrets out of text that is going to be written down or shown: the one list of what looks like a secret, for logs,
 * evidence and the cache of the login environment alike. Pure; finds nothing twice and never throws.
 */

import { certainSecretName, isSecretName } from './secret-names.ts';

/** Stands wherever a secret was. */
export const hidden = '[hidden]';

/** Shorter secrets are only hidden where they stand alone: `a` would otherwise blot out half of every line. */
const minFreeSecretLength = 4;
const maxSecrets = 1_000;

const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
  // Of https://user:secret@host only the secret goes.
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:@/?#]*):[^\s@/?#]+@/gi, `$1:${hidden}@`],
  [
    /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:(?:bearer|basic|digest|token|negotiate)\s+)?)[^\s"',;]+/gi,
    `$1${hidden}`,
  ],
  // Base64 has an upper-case letter, a digit or padding; "basic authentication" has none.
  [/\b([Bb]asic\s+)(?=\S{0,200}[A-Z\d=])[\w+/-]{8,}=*/g, `$1${hidden}`],
  [/\b(bearer\s+)[\w.~+/-]{8,}=*/gi, `$1${hidden}`],
  // "Token: Token for x does not exist" is prose: a plain word, and another one after it or a word that judges.
  [
    new RegExp(
      String.raw`\b(${certainSecretName}["']?\s*[=:]\s*)(?!(?<=:\s+)(?:[a-z]+\s+[a-z]|(?:expired|invalid|missing|required|rejected|denied)\b))(?:"[^"]*"|'[^']*'|[^\s"',;&]+)`,
      'gi',
    ),
    `$1${hidden}`,
  ],
  [new RegExp(String.raw`(\s--?${certainSecretName}\s+)(?!-)\S+`, 'gi'), `$1${hidden}`],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, hidden],
];

/** Query parameters stand apart so clearly that any name of a secret counts: `?key=`, `&sig=`. */
const withoutParameters = (text: string): string =>
  text.replace(/([?&])([\w.-]{1,60})=([^\s&#"']+)/g, (whole, sign: string, name: string) =>
    isSecretName(name) ? `${sign}${name}=${hidden}` : whole,
  );

/** Replaces the known secret values, also where they are written as in a URL or in JSON, and whatever looks like a secret. */
export type Redact = (text: string) => string;

export function createRedactor(secrets: Iterable<string>): Redact {
  const known = secretPattern(secrets);
  return (text) => {
    const withoutKnown = known === null ? text : text.replace(known, hidden);
    return patterns.reduce(
      (result, [pattern, replacement]) => result.replace(pattern, replacement),
      withoutParameters(withoutKnown),
    );
  };
}

/** One expression for all values, the longest first, so that a secret inside a longer one does not leave its rest. */
function secretPattern(secrets: Iterable<string>): RegExp | null {
  const spellings = new Set([...secrets].slice(0, maxSecrets).flatMap(spellingsOf));
  spellings.delete('');
  if (spellings.size === 0) return null;
  const alternatives = [...spellings]
    .sort((a, b) => b.length - a.length)
    .map((value) => (value.length < minFreeSecretLength ? `(?<!\\w)${escape(value)}(?!\\w)` : escape(value)));
  return new RegExp(alternatives.join('|'), 'g');
}

const spellingsOf = (secret: string): readonly string[] => [
  secret,
  ...(/\p{Cs}/u.test(secret) ? [] : [encodeURIComponent(secret)]),
  JSON.stringify(secret).slice(1, -1),
];

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

const redactPatterns = createRedactor([]);

/** Whether a text holds something that looks like a secret. */
export const holdsSecret = (text: string): boolean => redactPatterns(text) !== text;
