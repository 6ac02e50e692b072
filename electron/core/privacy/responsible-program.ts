/** The program that macOS asks the user to allow, and lists in System Settings. Pure. */
import path from 'node:path';

/** Terminals whose `TERM_PROGRAM` differs from their name in System Settings. */
const terminals: ReadonlyMap<string, string> = new Map([
  ['Apple_Terminal', 'Terminal'],
  ['iTerm.app', 'iTerm2'],
  ['vscode', 'Visual Studio Code'],
  ['ghostty', 'Ghostty'],
  ['WarpTerminal', 'Warp'],
  // Terminal multiplexers, which hide the terminal's name.
  ['tmux', 'your terminal'],
  ['screen', 'your terminal'],
]);

const appId = 'dev.localport.app';

export interface ProgramEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly execPath: string;
}

/**
 * The program that macOS holds responsible (TN3179): the app for its children, the terminal for programs started in it,
 * and a launch agent's own program. LaunchServices sets an app's id in `__CFBundleIdentifier`; programs started in a
 * terminal inherit the terminal's.
 */
export function responsibleProgram({ env, execPath }: ProgramEnvironment): string {
  const bundleId = env['__CFBundleIdentifier'];
  if (bundleId === appId) return 'LocalPort';
  const terminal = env['TERM_PROGRAM'];
  if (terminal !== undefined && terminal !== '') return terminals.get(terminal) ?? terminal;
  return bundleId === undefined ? path.basename(execPath) : 'your terminal';
}
