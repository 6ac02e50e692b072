/** The daemon as a unit of `systemd --user`. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CommandContext } from './command-context.ts';
import { configHome } from './config-home.ts';
import { systemdProgram, systemdUnit, unitName } from './service-files.ts';
import { runAll, type Argv, type ServiceManager } from './service-manager.ts';

const systemctl = (...args: readonly string[]): Argv => ['systemctl', '--user', ...args];

export function systemdService(context: Pick<CommandContext, 'env' | 'homeDirectory'>): ServiceManager {
  const folder = path.join(configHome(context), 'systemd/user');
  const file = path.join(folder, unitName);
  return {
    name: 'systemd',
    file,
    textOf: systemdUnit,
    programIn: systemdProgram,
    // What `systemctl enable` does; that requires a session, which an ssh login without one lacks.
    link: path.join(folder, 'default.target.wants', unitName),
    load: (tools) => runAll(tools, [systemctl('daemon-reload'), systemctl('start', unitName)]),
    unload: (tools) => runAll(tools, existsSync(file) ? [systemctl('stop', unitName)] : []),
    afterRemoval: (tools) => runAll(tools, [systemctl('daemon-reload')]),
    start: (tools) => runAll(tools, [systemctl('start', unitName)]),
    runningPid: async ({ run }) => {
      const { exitCode, stdout } = await run(systemctl('show', '--property=MainPID', '--value', unitName));
      const pid = Number(stdout.trim());
      return exitCode === 0 && Number.isInteger(pid) && pid > 0 ? pid : null;
    },
    advice: `journalctl --user --unit ${unitName} shows why.`,
  };
}
