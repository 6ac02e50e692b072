/**
 * A config's text with each `${…}` written in characters that mean nothing to YAML, one for one: it can be read without any
 * variable's value, and every offset is that of the text. Pure.
 */
import { maxNesting, placeholder } from '../environment-substitution.ts';

/** In the private-use area, beyond the two marks of a substitution. */
const firstMask = 0xe100;
/** Of Latin-1: YAML's own marks are among them. */
const maskedCharacters = 0x100;

export function maskVariables(text: string): string {
  let masked = text;
  for (let depth = 0; depth < maxNesting && masked.includes('${'); depth += 1)
    masked = masked.replace(placeholder, (whole) => mapCodes(whole, 0, firstMask));
  return masked;
}

export const unmaskVariables = (text: string): string => mapCodes(text, firstMask, -firstMask);

/** Characters from `first` on, as many as are masked, moved by `by`. */
const mapCodes = (text: string, first: number, by: number): string =>
  text.replace(/[\0-\u00ff\ue100-\ue1ff]/g, (character) => {
    const code = character.charCodeAt(0);
    return code >= first && code < first + maskedCharacters ? String.fromCharCode(code + by) : character;
  });
