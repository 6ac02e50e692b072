/** Which program macOS asks the user about, and lists in System Settings. Pure. */
import path from 'node:path';

/** Those that do not name themselves as System Settings does. */
const terminals: Readonly<Record<string, string>> = {
  Apple_Terminal: 'Terminal',
  'iTerm.app': 'iTerm2',
  vscode: 'Visual Studio Code',
  ghostty: 'Ghostty',
  WarpTerminal: 'Warp',
  // Programs within a terminal, which hide its name.
  tmux: 'your terminal',
  screen: 'your terminal',
};

const appId = 'dev.localport.app';

export interface ProgramSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly execPath: string;
}

/**
 * The program that macOS holds responsible (TN3179): the app for its children, the terminal for what was started in it, and
 * for a launch agent the program itself. LaunchServices tells an app its own id in `__CFBundleIdentifier`, and what is
 * started in a terminal inherits the terminal's.
 */
export function responsibleProgram({ env, execPath }: ProgramSurroundings): string {
  const bundleId = env['__CFBundleIdentifier'];
  if (bundleId === appId) return 'LocalPort';
  const terminal = env['TERM_PROGRAM'];
  if (terminal !== undefined && terminal !== '') return terminals[terminal] ?? terminal;
  return bundleId === undefined ? path.basename(execPath) : 'your terminal';
}
