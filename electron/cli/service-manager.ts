/** launchd or systemd, whichever starts a user's programs here. */
import path from 'node:path';
import type { CommandContext } from './command-context.ts';
import { agentLabel, launchAgent, systemdUnit, unitName, type DaemonCommand } from './service-files.ts';
import { CommandFailure } from './command-failure.ts';

type Argv = readonly [string, ...string[]];

export interface ServiceManager {
  readonly name: 'launchd' | 'systemd';
  /** Of the file that makes it start the daemon. */
  readonly file: string;
  readonly textOf: (command: DaemonCommand) => string;
  /** A symbolic link to the file, by which it counts at login; null: its place is enough. */
  readonly link: string | null;
  /** What takes over the file and starts the daemon. Each must succeed. */
  readonly load: readonly Argv[];
  /** What stops the daemon and forgets it, with the file still there. May fail: it may not be loaded. */
  readonly unload: readonly Argv[];
  /** After the file has gone. */
  readonly afterRemoval: readonly Argv[];
}

export function serviceManager({ platform, homeDirectory, env, uid }: CommandContext): ServiceManager {
  if (platform === 'darwin') {
    const file = path.join(homeDirectory, 'Library/LaunchAgents', `${agentLabel}.plist`);
    const domain = `gui/${uid}`;
    return {
      name: 'launchd',
      file,
      textOf: launchAgent,
      link: null,
      load: [['/bin/launchctl', 'bootstrap', domain, file]],
      unload: [['/bin/launchctl', 'bootout', `${domain}/${agentLabel}`]],
      afterRemoval: [],
    };
  }
  if (platform === 'linux') {
    const xdg = env['XDG_CONFIG_HOME'];
    const config = xdg?.startsWith('/') === true ? xdg : path.join(homeDirectory, '.config');
    const folder = path.join(config, 'systemd/user');
    const systemctl = (...args: readonly string[]): Argv => ['systemctl', '--user', ...args];
    return {
      name: 'systemd',
      file: path.join(folder, unitName),
      textOf: systemdUnit,
      // What `systemctl enable` does; it wants a session for it, which an ssh login without one lacks.
      link: path.join(folder, 'default.target.wants', unitName),
      load: [systemctl('daemon-reload'), systemctl('start', unitName)],
      unload: [systemctl('stop', unitName)],
      afterRemoval: [systemctl('daemon-reload')],
    };
  }
  throw new CommandFailure(`${platform} has neither launchd nor systemd`);
}
