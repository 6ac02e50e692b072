/**
 * A config's text with each `${…}` replaced, character by character, by characters without meaning in YAML: it can be parsed
 * without the values of variables, and all offsets stay the same. Pure.
 */
import { maxNesting, placeholder } from '../environment-substitution.ts';

/** In the private-use area, beyond the two marks of a substitution. */
const firstMask = 0xe100;
/** Latin-1, which includes YAML's own indicators. */
const maskedCharacters = 0x100;

export function maskVariables(text: string): string {
  let masked = text;
  for (let depth = 0; depth < maxNesting && masked.includes('${'); depth += 1)
    masked = masked.replace(placeholder, (whole) => mapCodes(whole, 0, firstMask));
  return masked;
}

export const unmaskVariables = (text: string): string => mapCodes(text, firstMask, -firstMask);

/** Shifts the code of each masked character, from `first` on, by `by`. */
const mapCodes = (text: string, first: number, by: number): string =>
  text.replace(/[\0-\u00ff\ue100-\ue1ff]/g, (character) => {
    const code = character.charCodeAt(0);
    return code >= first && code < first + maskedCharacters ? String.fromCharCode(code + by) : character;
  });
