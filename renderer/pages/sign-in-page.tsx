import { useEffect, useState, type ReactElement } from 'react';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import { wordsOf } from '../failure-words.ts';
import { useCommands } from '../commands.ts';
import { StateShape } from '../state-shape.tsx';
import { useFeedback } from '../use-feedback.ts';

interface SignInPageProps {
  readonly bridge: PopoverBridge;
  readonly name: string;
  readonly command: string;
}

type Progress =
  | { readonly kind: 'asked' }
  | { readonly kind: 'running' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly why: string };

/** Enough of the sign-in's output. */
const maxLines = 100;

/** Shows the command before it runs, and its output while it is running. */
export function SignInPage({ bridge, name, command }: SignInPageProps): ReactElement {
  const { copy } = useCommands();
  const [progress, setProgress] = useState<Progress>({ kind: 'asked' });
  const [lines, setLines] = useState<readonly string[]>([]);
  const [copied, showCopied] = useFeedback('Copied');
  useEffect(
    () => bridge.on('sign-in:lines', (more) => setLines((before) => [...before, ...more].slice(-maxLines))),
    [bridge],
  );
  // Leaving the page cancels.
  useEffect(() => () => void bridge.invoke('sign-in:cancel', undefined), [bridge]);
  const run = (): void => {
    setLines([]);
    setProgress({ kind: 'running' });
    bridge.invoke('sign-in:run', { name }).then(
      () => setProgress({ kind: 'done' }),
      (reason: unknown) => setProgress({ kind: 'failed', why: wordsOf(reason) }),
    );
  };
  return (
    <div className="page-body sign-in">
      <p>LocalPort runs this command for you:</p>
      <p className="cause-evidence">{command}</p>
      <div className="test-result" role="status" data-kind={progress.kind === 'asked' ? 'none' : 'shown'}>
        <StateShape tone={toneOf(progress)} />
        <p>{textOf(progress)}</p>
      </div>
      {lines.length > 0 && (
        <div className="log-lines" role="log" aria-label="Output" tabIndex={0}>
          {lines.map((line, index) => (
            <p key={`${index} ${line}`} className="log-line">
              {line}
            </p>
          ))}
        </div>
      )}
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
          disabled={progress.kind === 'running' || progress.kind === 'done'}
          onClick={run}
        >
          Sign In
        </button>
      </div>
    </div>
  );
}

function toneOf({ kind }: Progress): 'checking' | 'up' | 'trouble' {
  if (kind === 'done') return 'up';
  return kind === 'failed' ? 'trouble' : 'checking';
}

function textOf(progress: Progress): string {
  switch (progress.kind) {
    case 'asked':
      return '';
    case 'running':
      return 'Waiting for you to sign in, perhaps in your browser …';
    case 'done':
      return 'Signed in. LocalPort is reconnecting.';
    case 'failed':
      return progress.why;
  }
}
