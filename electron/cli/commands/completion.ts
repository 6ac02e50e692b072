import type { Action } from '../command-context.ts';
import { completionScripts, type CompletionShell } from '../completion-scripts.ts';
import { exitCode } from '../exit-code.ts';

export const completion: Action = async (context, _options, [shell]) => {
  context.stdout.write(completionScripts[shell as CompletionShell]);
  return exitCode.ok;
};
