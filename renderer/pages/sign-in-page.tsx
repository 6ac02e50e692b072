import type { ReactElement } from 'react';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import { CommandPage } from './command-page.tsx';
import { useRemedy, type Progress } from './use-remedy.ts';

interface SignInPageProps {
  readonly bridge: PopoverBridge;
  readonly name: string;
  readonly command: string;
}

/** Shows the command before it runs, and its output while it is running. */
export function SignInPage({ bridge, name, command }: SignInPageProps): ReactElement {
  const { progress, lines, run } = useRemedy(bridge, name);
  const isDisabled = progress.kind === 'running' || progress.kind === 'done';
  return (
    <CommandPage
      command={command}
      status={statusOf(progress)}
      lines={lines}
      action={{ label: 'Sign In', isDisabled, run }}
    />
  );
}

function statusOf(progress: Progress) {
  switch (progress.kind) {
    case 'asked':
      return null;
    case 'running':
      return { tone: 'checking', text: 'Waiting for you to sign in, perhaps in your browser …' } as const;
    case 'done':
      return { tone: 'up', text: 'Signed in. LocalPort is reconnecting.' } as const;
    case 'failed':
      return { tone: 'trouble', text: progress.why } as const;
  }
}
