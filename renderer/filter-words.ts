/** What the filter field means: words that must occur in the row, and state words that begin with a colon. Pure. */
import { clientAddress } from '../shared/bind-address.ts';
import { assertNever } from '../shared/result.ts';
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { toneOf } from '../shared/service-tone.ts';

/** `:down` is what is wanted and in trouble; what is on its way is neither. */
const stateWordOf = (service: ServiceSnapshot): string => {
  const tone = toneOf(service);
  switch (tone) {
    case 'up':
    case 'ready':
      return ':up';
    case 'trouble':
      return ':down';
    case 'off':
      return ':off';
    case 'checking':
    case 'working':
      return ':checking';
    default:
      return assertNever(tone, 'tone');
  }
};

const wordsOf = (filter: string): readonly string[] =>
  filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');

/** Every word must occur somewhere in what the row says; a state word may be half typed. */
export function matchesFilter(service: ServiceSnapshot, filter: string): boolean {
  const { name, route, tags, technology, description } = service;
  const text = [name, route, ...tags, technology, clientAddress(service), description ?? '']
    .join(' ')
    .toLowerCase();
  return wordsOf(filter).every((word) =>
    word.startsWith(':') && !/^:\d/.test(word) ? stateWordOf(service).startsWith(word) : text.includes(word),
  );
}

/** Where the first word that is found in a name begins and ends; null: none is. */
export function hitIn(name: string, filter: string): readonly [number, number] | null {
  const lower = name.toLowerCase();
  // Some letters are longer in lower case: then the place in one is not the place in the other.
  if (lower.length !== name.length) return null;
  for (const word of wordsOf(filter)) {
    const at = lower.indexOf(word);
    if (at !== -1) return [at, at + word.length];
  }
  return null;
}
