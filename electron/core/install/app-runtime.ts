/**
 * What runs our bundles besides the menu-bar app: the user's Node from a checkout, or the installed app, which needs no Node
 * on the machine. The app's executable is then started with a role before `--`: Chromium reads no switches after that
 * (base::CommandLine), so the user's arguments never control it.
 */

/** The roles in which an installed app can be started, instead of as the menu-bar app. */
const roleScripts = { '--as-command': 'localport.cjs', '--as-daemon': 'daemon.cjs' } as const;
type Role = keyof typeof roleScripts;

/** In a role, nothing of Chromium starts: no renderer, hence no sandbox, and no messages on the terminal. */
const roleSwitches: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ['--log-level=3', '--no-sandbox', '--no-zygote'],
  darwin: ['--log-level=3'],
};

/** The installed app. */
export interface AppRuntime {
  readonly kind: 'app';
  /** The file to start: the executable, or the AppImage, whose executable exists only while it runs. */
  readonly program: string;
  /** The script of the `localport` command. It is in the package, so in an AppImage it exists only while that runs. */
  readonly commandScript: string;
  readonly isAppImage: boolean;
  readonly platform: NodeJS.Platform;
}

export type Runtime = AppRuntime | { readonly kind: 'node'; readonly program: string };

/** What identifies the runtime, as in `process` of Node and Electron. */
export interface RunningProcess {
  readonly execPath: string;
  readonly versions: { readonly electron?: string | undefined };
  /** Only in Electron. */
  readonly resourcesPath?: string | undefined;
  /** Only in Electron: true in a checkout, where Electron was started with a folder. */
  readonly defaultApp?: boolean | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

export function runtimeOf(running: RunningProcess): Runtime {
  const { execPath, versions, resourcesPath, defaultApp, env, platform } = running;
  if (versions.electron === undefined || resourcesPath === undefined || defaultApp === true)
    return { kind: 'node', program: execPath };
  // Set by the AppImage runtime and inherited by its children: the value may belong to another app.
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

/**
 * A daemon lives long and does little: V8 then keeps its heap small. Without the usual 16 MiB for new objects that would cost a
 * quarter more CPU with a hundred services. The app's runtime takes no such options (see refused-switches.ts).
 */
const smallHeap = ['--optimize-for-size', '--max-semi-space-size=16'];

/** The program and arguments that run the daemon; `script` is its bundle. */
export function daemonCommand(
  runtime: Runtime,
  script: string,
  args: readonly string[],
): readonly [string, ...string[]] {
  if (runtime.kind === 'node') return [runtime.program, ...smallHeap, script, ...args];
  return [runtime.program, ...(roleSwitches[runtime.platform] ?? []), '--as-daemon', '--', ...args];
}

/** The arguments that run an AppImage as the command; those of the command follow. */
export const commandSwitches = (platform: NodeJS.Platform): readonly string[] => [
  ...(roleSwitches[platform] ?? []),
  '--as-command',
  '--',
];

export interface RoleStart {
  readonly script: (typeof roleScripts)[Role];
  /** The role's own arguments. */
  readonly args: readonly string[];
  /** The Chromium switches before the role. */
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
 * Variables that Chromium sets before our code runs. They must be removed in a role, where ssh, kubectl and secret-tool would
 * inherit them. Without a session bus Chromium names one that does not exist, and GLib then finds none.
 */
export const chromiumVariables = (env: RunningProcess['env']): readonly string[] => [
  'CHROME_DESKTOP',
  'ORIGINAL_XDG_CURRENT_DESKTOP',
  ...(env['DBUS_SESSION_BUS_ADDRESS'] === 'disabled:' ? ['DBUS_SESSION_BUS_ADDRESS'] : []),
];
