/** The exit codes of the command, as in 0.3.7. */
export const exitCode = {
  ok: 0,
  /** A failure, including a partial one. */
  error: 1,
  /** The command line is invalid. */
  usage: 2,
  /** By Ctrl-C: 128 + SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
