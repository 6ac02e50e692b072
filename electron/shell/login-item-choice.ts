import type { App } from 'electron';
import { homedir } from 'node:os';
import path from 'node:path';
import { runtimeOf } from '../core/install/app-runtime.ts';
import { macLoginItem, noLoginItem, xdgLoginItem, type LoginItem } from './login-item.ts';

/** The login item for this platform. */
export function loginItemOf(app: App, platform: NodeJS.Platform): LoginItem {
  if (platform === 'darwin') return macLoginItem(app);
  if (platform !== 'linux') return noLoginItem;
  return xdgLoginItem({ configHome: xdgConfigHome(process.env), command: startCommand(app) });
}

/** The specification says to ignore relative paths. */
function xdgConfigHome(env: NodeJS.ProcessEnv): string {
  const configured = env['XDG_CONFIG_HOME'];
  return configured !== undefined && path.isAbsolute(configured)
    ? configured
    : path.join(homedir(), '.config');
}

function startCommand(app: App): readonly string[] {
  const { program } = runtimeOf(process);
  return app.isPackaged ? [program] : [program, app.getAppPath()];
}
