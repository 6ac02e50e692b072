import { useEffect, useState } from 'react';

const feedbackMs = 1400;

/** A word that briefly replaces an action's label: `Copied`. */
export function useFeedback(done: string): readonly [string | null, (outcome: Promise<boolean>) => void] {
  const [word, setWord] = useState<string | null>(null);
  useEffect(() => {
    if (word === null) return;
    const timer = setTimeout(() => setWord(null), feedbackMs);
    return () => clearTimeout(timer);
  }, [word]);
  const show = (outcome: Promise<boolean>): void => {
    void outcome.then((worked) => setWord(worked ? done : 'Did not work'));
  };
  return [word, show];
}
