import { useCallback, useEffect, useState, type ReactElement } from 'react';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import { wordsOf } from '../failure-words.ts';
import { CommandPage } from './command-page.tsx';

interface AddKeyPageProps {
  readonly bridge: PopoverBridge;
  readonly name: string;
  readonly command: string;
}

type Progress =
  | { readonly kind: 'running' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly why: string };

/** Runs ssh-add at once; its passphrase prompt appears above the page. */
export function AddKeyPage({ bridge, name, command }: AddKeyPageProps): ReactElement {
  const [progress, setProgress] = useState<Progress>({ kind: 'running' });
  const run = useCallback(
    (): Promise<Progress> =>
      bridge.invoke('key:add', { name }).then(
        (): Progress => ({ kind: 'done' }),
        (reason: unknown): Progress => ({ kind: 'failed', why: wordsOf(reason) }),
      ),
    [bridge, name],
  );
  useEffect(() => {
    let isGone = false;
    void run().then((ended) => isGone || setProgress(ended));
    return () => {
      isGone = true;
      // Leaving the page cancels.
      void bridge.invoke('key:cancel', undefined);
    };
  }, [bridge, run]);
  return (
    <CommandPage
      command={command}
      status={{ tone: tones[progress.kind], text: textOf(progress) }}
      action={{
        label: 'Try Again',
        isDisabled: progress.kind !== 'failed',
        run: () => {
          setProgress({ kind: 'running' });
          void run().then(setProgress);
        },
      }}
    />
  );
}

const tones = { running: 'checking', done: 'up', failed: 'trouble' } as const;

function textOf(progress: Progress): string {
  switch (progress.kind) {
    case 'running':
      return 'Waiting for the passphrase …';
    case 'done':
      return 'The key is in your agent. LocalPort is reconnecting.';
    case 'failed':
      return progress.why;
  }
}
