/**
 * What runs our bundles besides the menu-bar app: the user's Node from a checkout, or the installed app, which needs no Node
 * on the machine. The app's executable is then started with a role in front of a `--`: Chromium reads no switch behind that
 * (base::CommandLine), so that what the user types never steers it.
 */

/** What an installed app can be started as, instead of as the menu-bar app. */
const roleScripts = { '--as-command': 'localport.cjs', '--as-daemon': 'daemon.cjs' } as const;
type Role = keyof typeof roleScripts;

/** Nothing of Chromium starts in a role: no renderer, so no sandbox for one, and none of its messages on the terminal. */
const roleSwitches: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ['--log-level=3', '--no-sandbox', '--no-zygote'],
  darwin: ['--log-level=3'],
};

/** The installed app. */
export interface AppRuntime {
  readonly kind: 'app';
  /** What to start: the executable, or the AppImage, whose executable is there only while it runs. */
  readonly program: string;
  /** The script that is the `localport` command. It is in the package, so with an AppImage it comes and goes. */
  readonly commandScript: string;
  readonly isAppImage: boolean;
  readonly platform: NodeJS.Platform;
}

export type Runtime = AppRuntime | { readonly kind: 'node'; readonly program: string };

/** What tells the runtime, as Node and Electron have it in `process`. */
export interface RunningProcess {
  readonly execPath: string;
  readonly versions: { readonly electron?: string | undefined };
  /** Electron's alone. */
  readonly resourcesPath?: string | undefined;
  /** Electron's alone: true in a checkout, where Electron was handed a folder. */
  readonly defaultApp?: boolean | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

export function runtimeOf(running: RunningProcess): Runtime {
  const { execPath, versions, resourcesPath, defaultApp, env, platform } = running;
  if (versions.electron === undefined || resourcesPath === undefined || defaultApp === true)
    return { kind: 'node', program: execPath };
  // Set by the AppImage's runtime, and inherited by whatever was started from it: another app's names another file.
  const appImage = env['APPIMAGE'];
  const mount = env['APPDIR'];
  const isAppImage = appImage !== undefined && mount !== undefined && execPath.startsWith(`${mount}/`);
  return {
    kind: 'app',
    program: isAppImage ? appImage : execPath,
    commandScript: `${resourcesPath}/bin/localport`,
    isAppImage,
    platform,
  };
}

/** The program and arguments that run the daemon; `script` is its bundle. */
export function daemonCommand(
  runtime: Runtime,
  script: string,
  args: readonly string[],
): readonly [string, ...string[]] {
  if (runtime.kind === 'node') return [runtime.program, script, ...args];
  return [runtime.program, ...(roleSwitches[runtime.platform] ?? []), '--as-daemon', '--', ...args];
}

/** The arguments that make an AppImage the command; those of the command follow. */
export const commandSwitches = (platform: NodeJS.Platform): readonly string[] => [
  ...(roleSwitches[platform] ?? []),
  '--as-command',
  '--',
];

export interface RoleStart {
  readonly script: (typeof roleScripts)[Role];
  /** The role's own arguments. */
  readonly args: readonly string[];
  /** What stands before the role: switches of Chromium. */
  readonly switches: readonly string[];
}

/** Which role an app was started in. `argv` as in `process.argv`; null: it is the menu-bar app. */
export function roleStart(argv: readonly string[]): RoleStart | null {
  const end = argv.indexOf('--');
  const role = argv[end - 1];
  if (end < 2 || role === undefined || !(role in roleScripts)) return null;
  return {
    script: roleScripts[role as Role],
    args: argv.slice(end + 1),
    switches: argv.slice(1, end - 1),
  };
}

/**
 * The variables that Chromium has put into the environment before the first line of ours: ours alone in a role, where they would
 * reach ssh, kubectl and secret-tool. Without a session bus it names one that does not exist, and GLib then finds none.
 */
export const chromiumVariables = (env: RunningProcess['env']): readonly string[] => [
  'CHROME_DESKTOP',
  'ORIGINAL_XDG_CURRENT_DESKTOP',
  ...(env['DBUS_SESSION_BUS_ADDRESS'] === 'disabled:' ? ['DBUS_SESSION_BUS_ADDRESS'] : []),
];
