/**
 * Removes secrets from text before it is written or shown. The single list of patterns of secrets, for logs, evidence and
 * the cache of the login environment. Pure; idempotent, and never throws.
 */

import { certainSecretName, isSecretName } from './secret-names.ts';

/** Replaces each secret. */
export const hidden = '[hidden]';

/** Shorter secrets are only hidden as separate words: `a` would otherwise hide half of every line. */
const minFreeSecretLength = 4;
const maxSecrets = 1_000;

const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
  // In https://user:secret@host only the secret is hidden.
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:@/?#]*):[^\s@/?#]+@/gi, `$1:${hidden}@`],
  [
    /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?(?:(?:bearer|basic|digest|token|negotiate)\s+)?)[^\s"',;]+/gi,
    `$1${hidden}`,
  ],
  // Base64 contains an uppercase letter, a digit or padding; "basic authentication" does not.
  [/\b([Bb]asic\s+)(?=\S{0,200}[A-Z\d=])[\w+/-]{8,}=*/g, `$1${hidden}`],
  [/\b(bearer\s+)[\w.~+/-]{8,}=*/gi, `$1${hidden}`],
  // "Token: Token for x does not exist" is prose: a plain word, followed by another one or by a word such as "invalid".
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

/** Query parameters are unambiguous, so any name of a secret counts: `?key=`, `&sig=`. */
const withoutParameters = (text: string): string =>
  text.replace(/([?&])([\w.-]{1,60})=([^\s&#"']+)/g, (whole, sign: string, name: string) =>
    isSecretName(name) ? `${sign}${name}=${hidden}` : whole,
  );

/** Replaces the known secret values, also in the encoding of URLs and JSON, and text that looks like a secret. */
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

/** One expression for all values, the longest first, so that a secret within a longer one does not leave the rest visible. */
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

/** Whether a text contains something that looks like a secret. */
export const holdsSecret = (text: string): boolean => redactPatterns(text) !== text;
