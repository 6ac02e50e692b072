import { useCallback, useEffect, useState } from 'react';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import { wordsOf } from '../failure-words.ts';

export type Progress =
  | { readonly kind: 'asked' }
  | { readonly kind: 'running' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly why: string };

export interface Remedy {
  readonly progress: Progress;
  readonly lines: readonly string[];
  readonly run: () => void;
}

/** Enough of the output. */
const maxLines = 100;

/** The command of a cause, and its output while it runs. Leaving the page cancels it. */
export function useRemedy(bridge: PopoverBridge, name: string): Remedy {
  const [progress, setProgress] = useState<Progress>({ kind: 'asked' });
  const [lines, setLines] = useState<readonly string[]>([]);
  useEffect(
    () => bridge.on('remedy:lines', (more) => setLines((before) => [...before, ...more].slice(-maxLines))),
    [bridge],
  );
  useEffect(() => () => void bridge.invoke('remedy:cancel', undefined), [bridge]);
  const run = useCallback(() => {
    setLines([]);
    setProgress({ kind: 'running' });
    bridge.invoke('remedy:run', { name }).then(
      () => setProgress({ kind: 'done' }),
      (reason: unknown) => setProgress({ kind: 'failed', why: wordsOf(reason) }),
    );
  }, [bridge, name]);
  return { progress, lines, run };
}
