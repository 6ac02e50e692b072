/** The tools that keep secrets, as children of the host. */
import type { Clock } from '../clock.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { askChild } from '../process/child-query.ts';
import { type RunTool, toolTimeoutMs } from './secret-tools.ts';

export const childTool =
  (launcher: ChildLauncher, clock: Clock): RunTool =>
  async ({ argv, input }) => {
    const { signal } = new AbortController();
    const answer = await askChild(
      { name: argv[0], argv, ...(input === undefined ? {} : { input }) },
      { launcher, clock, timeoutMs: toolTimeoutMs, signal },
    );
    if (answer.kind !== 'answered') {
      const stderr = `no answer within ${toolTimeoutMs / 1000} s`;
      return { exitCode: null, stdout: '', stderr, isMissing: false };
    }
    const { exitCode, startError, lastLines } = answer.exit;
    return {
      exitCode,
      stdout: answer.output.join('\n'),
      stderr: startError?.message ?? lastLines.join('\n'),
      isMissing: startError?.code === 'ENOENT',
    };
  };
