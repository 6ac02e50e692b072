/** Interprets the filter field: words that must occur in the row, and state words that start with a colon. Pure. */
import { clientAddress } from '../shared/bind-address.ts';
import { assertNever } from '../shared/result.ts';
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { toneOf } from '../shared/service-tone.ts';

/** `:down` matches services in trouble; services that are connecting are neither up nor down. */
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

/** Every word must occur somewhere in the row's text; a state word may be incomplete. */
export function matchesFilter(service: ServiceSnapshot, filter: string): boolean {
  const { name, route, tags, technology, description } = service;
  const text = [name, route, ...tags, technology, clientAddress(service), description ?? '']
    .join(' ')
    .toLowerCase();
  return wordsOf(filter).every((word) =>
    word.startsWith(':') && !/^:\d/.test(word) ? stateWordOf(service).startsWith(word) : text.includes(word),
  );
}

/** Start and end of the first word that occurs in the name; null: none does. */
export function hitIn(name: string, filter: string): readonly [number, number] | null {
  const lower = name.toLowerCase();
  // Some letters are longer in lowercase, so the positions may differ.
  if (lower.length !== name.length) return null;
  for (const word of wordsOf(filter)) {
    const at = lower.indexOf(word);
    if (at !== -1) return [at, at + word.length];
  }
  return null;
}
