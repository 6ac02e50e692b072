/** launchd or systemd, whichever starts a user's programs here. */
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { launchdService } from './launchd-service.ts';
import type { ServiceManager, ServiceTools } from './service-manager.ts';
import { systemdService } from './systemd-service.ts';
import { runTool } from './tool-run.ts';

const toolMs = 45_000;

export function serviceManager(context: CommandContext): ServiceManager {
  const { platform } = context;
  if (platform === 'darwin') return launchdService(context);
  if (platform === 'linux') return systemdService(context);
  throw new CommandFailure(`${platform} has neither launchd nor systemd`);
}

export const serviceTools = (context: CommandContext): ServiceTools => ({
  run: (argv) => runTool(context, argv, toolMs),
  clock: context.clock,
  signal: context.signal,
});
