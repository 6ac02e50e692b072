/** What the command answers to its caller, as in 0.3.7. */
export const exitCode = {
  ok: 0,
  /** Something failed, or a part of it. */
  error: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** By Ctrl-C: 128 + SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
