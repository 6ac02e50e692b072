/** A shell's messages about a program that it cannot find, from a ProxyCommand or a command that runs a shell. */
import type { FailureRule } from './failure-rules.ts';

/**
 * bash and dash, with and without `exec`; zsh; fish. For an absolute path the message is "No such file or directory".
 */
const missingProgram =
  /^\S*sh: (?:line )?\d+: (?:exec: )?(\S+): (?:not found|command not found|No such file or directory|cannot execute: required file not found)$|^\S*sh:\d+: (?:command not found|no such file or directory): (\S+)$|^(?:fish: )?Unknown command:? '?([^\s']+)'?$/;

export const shellFailures: readonly FailureRule[] = [
  {
    pattern: missingProgram,
    finding: (match) => ({ code: 'binary-missing', details: { what: match[1] ?? match[2] ?? match[3] } }),
  },
];
