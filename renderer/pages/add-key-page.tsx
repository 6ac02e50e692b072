import { useCallback, useEffect, useState, type ReactElement } from 'react';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import { useCommands } from '../commands.ts';
import { wordsOf } from '../failure-words.ts';
import { StateShape } from '../state-shape.tsx';
import { useFeedback } from '../use-feedback.ts';

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
  const { copy } = useCommands();
  const [progress, setProgress] = useState<Progress>({ kind: 'running' });
  const [copied, showCopied] = useFeedback('Copied');
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
    <div className="page-body sign-in">
      <p>LocalPort runs this command for you:</p>
      <p className="cause-evidence">{command}</p>
      <div className="test-result" role="status" data-kind="shown">
        <StateShape tone={tones[progress.kind]} />
        <p>{textOf(progress)}</p>
      </div>
      <div className="form-acts">
        <button type="button" className="button" onClick={() => showCopied(copy(command))}>
          <span className="swap" data-swapped={copied !== null}>
            <span>Copy Command</span>
            <span aria-live="polite">{copied}</span>
          </span>
        </button>
        <span className="spacer" />
        <button
          type="button"
          className="button primary"
          disabled={progress.kind !== 'failed'}
          onClick={() => {
            setProgress({ kind: 'running' });
            void run().then(setProgress);
          }}
        >
          Try Again
        </button>
      </div>
    </div>
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
