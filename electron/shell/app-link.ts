/**
 * Parses links from other programs. They may come from anywhere, such as a web page, so nothing in them is trusted: not the
 * length, not the encoding, not the name. Pure.
 *
 *   localport://open                   shows the popover
 *   localport://on/NAME, off/NAME      turns a service on or off, once the user has confirmed it
 *   localport://on/tag/TAG, off/tag/TAG   the same for all services with this tag
 *
 * Names are percent-encoded UTF-8 (RFC 3986); a slash in one is `%2F`.
 */
import { linkScheme } from '../../shared/app-link.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Desired } from '../../shared/service-snapshot.ts';

export type AppLink =
  | { readonly kind: 'open' }
  | {
      readonly kind: 'turn';
      readonly desired: Desired;
      readonly of: 'service' | 'tag';
      readonly name: string;
    };

/** A name has at most 200 characters of up to 4 bytes each, and each byte is encoded as 3 characters. */
const maxLinkLength = 3_000;
const maxNameLength = 200;
const linkPattern = new RegExp(`^${linkScheme}:`, 'i');
const parts = new RegExp(`^${linkScheme}://(?<verb>[a-z]+)(?:/(?<kind>tag/)?(?<name>[^/?#]*))?$`, 'i');

/** The first link among command-line arguments; null: none. */
export const linkIn = (argv: readonly string[]): string | null =>
  argv.find((argument) => linkPattern.test(argument)) ?? null;

const usage = `Links are ${linkScheme}://open, ${linkScheme}://on/NAME and ${linkScheme}://off/NAME, or tag/TAG for NAME`;

/** The error is a sentence that contains nothing from the link. */
export function parseAppLink(text: string): Result<AppLink, string> {
  if (text.length > maxLinkLength) return err('The link is too long.');
  const { verb = '', kind, name: encoded = '' } = parts.exec(text)?.groups ?? {};
  const asked = verb.toLowerCase();
  if (asked === 'open' && kind === undefined && encoded === '') return ok({ kind: 'open' });
  if (asked !== 'on' && asked !== 'off') return err(`LocalPort does not know this link. ${usage}.`);
  if (encoded === '') return err(`The link does not name a forward. ${usage}.`);
  const name = decoded(encoded);
  if (name === null || name.length > maxNameLength)
    return err(`The name in the link cannot be read. ${usage}, with the name percent-encoded.`);
  return ok({ kind: 'turn', desired: asked, of: kind === undefined ? 'service' : 'tag', name });
}

/** null: not UTF-8, or with characters that are not allowed in names. */
function decoded(encoded: string): string | null {
  try {
    const name = decodeURIComponent(encoded);
    return /\p{Cc}/u.test(name) ? null : name;
  } catch {
    return null;
  }
}
