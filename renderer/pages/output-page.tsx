import { useEffect, type ReactElement } from 'react';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import { CommandPage } from './command-page.tsx';
import { inColumns } from './output-columns.ts';
import { useRemedy, type Progress } from './use-remedy.ts';

interface OutputPageProps {
  readonly bridge: PopoverBridge;
  readonly name: string;
  readonly command: string;
}

/** Runs a command that changes nothing at once, and shows what it prints. */
export function OutputPage({ bridge, name, command }: OutputPageProps): ReactElement {
  const { progress, lines, run } = useRemedy(bridge, name);
  useEffect(run, [run]);
  return (
    <CommandPage
      command={command}
      status={statusOf(progress, lines.length)}
      lines={inColumns(lines)}
      action={{ label: 'Run Again', isDisabled: progress.kind === 'running', run }}
    />
  );
}

function statusOf(progress: Progress, lineCount: number) {
  if (progress.kind === 'failed') return { tone: 'trouble', text: progress.why } as const;
  if (progress.kind === 'done')
    return lineCount === 0 ? ({ tone: 'off', text: 'The command printed nothing.' } as const) : null;
  return lineCount === 0 ? ({ tone: 'checking', text: 'Waiting for an answer …' } as const) : null;
}
