/**
 * Looks names up with the system's resolver. A lookup cannot be canceled: with a resolver that does not answer it keeps a thread
 * for many seconds. So there is one lookup for each name at a time, whoever asks, and a retry joins it.
 */
import dns from 'node:dns';

export type LookupDone = (error: Error | null, addresses: readonly string[]) => void;
export type LookUp = (name: string, onDone: LookupDone) => void;

export function shareLookups(lookUp: LookUp): LookUp {
  const waiting = new Map<string, LookupDone[]>();
  return (name, onDone) => {
    const others = waiting.get(name);
    if (others !== undefined) {
      others.push(onDone);
      return;
    }
    const all = [onDone];
    waiting.set(name, all);
    lookUp(name, (error, addresses) => {
      waiting.delete(name);
      for (const done of all) done(error, addresses);
    });
  };
}

export const lookUpAll = shareLookups((name, onDone) => {
  dns.lookup(name, { all: true, verbatim: true }, (error, found) => {
    // Despite its types, Node passes no list with an error.
    onDone(error, error === null ? found.map(({ address }) => address) : []);
  });
});
