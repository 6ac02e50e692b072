import { expect, it } from 'vitest';
import {
  chromiumVariables,
  daemonCommand,
  roleStart,
  runtimeOf,
  type RunningProcess,
} from './app-runtime.ts';

const node: RunningProcess = { execPath: '/usr/bin/node', versions: {}, env: {}, platform: 'linux' };
const app: RunningProcess = {
  execPath: '/opt/LocalPort/localport',
  versions: { electron: '45.4.1' },
  resourcesPath: '/opt/LocalPort/resources',
  env: {},
  platform: 'linux',
};

it('is Node from a checkout, also inside an Electron that was started with a folder', () => {
  expect(runtimeOf(node)).toEqual({ kind: 'node', program: '/usr/bin/node' });
  expect(runtimeOf({ ...app, defaultApp: true }).kind).toBe('node');
});

it('is the app itself when it is installed', () => {
  expect(runtimeOf(app)).toEqual({
    kind: 'app',
    program: '/opt/LocalPort/localport',
    commandScript: '/opt/LocalPort/resources/bin/localport',
    isAppImage: false,
    platform: 'linux',
  });
});

it('is the AppImage, whose mount disappears when it exits, but not the AppImage of a surrounding terminal', () => {
  const env = { APPIMAGE: '/home/ann/LocalPort.AppImage', APPDIR: '/tmp/.mount_abc' };
  expect(runtimeOf({ ...app, env, execPath: '/tmp/.mount_abc/localport' })).toMatchObject({
    program: '/home/ann/LocalPort.AppImage',
    isAppImage: true,
  });
  expect(runtimeOf({ ...app, env })).toMatchObject({ program: app.execPath, isAppImage: false });
});

it('starts the daemon with Node and its bundle, or with the app in a role', () => {
  const script = '/opt/LocalPort/resources/app.asar/dist/daemon.cjs';
  const args = ['--config', '/home/ann/localport.yaml'];
  expect(daemonCommand(runtimeOf(node), script, args).join(' ')).toBe(
    `/usr/bin/node --optimize-for-size --max-semi-space-size=16 ${script} --config /home/ann/localport.yaml`,
  );
  expect(daemonCommand(runtimeOf(app), script, args).join(' ')).toBe(
    '/opt/LocalPort/localport --log-level=3 --no-sandbox --no-zygote --as-daemon -- --config /home/ann/localport.yaml',
  );
  expect(daemonCommand(runtimeOf({ ...app, platform: 'darwin' }), script, []).join(' ')).toBe(
    '/opt/LocalPort/localport --log-level=3 --as-daemon --',
  );
});

it.each([
  [['app'], null],
  [['app', '--smoke-test'], null],
  // Arguments that the user passes to the app are never a role.
  [['app', '--as-command'], null],
  [['app', '--', '--as-command', '--'], null],
  [['app', '--as-command', 'file', '--'], null],
  [['--as-command', '--', 'status'], null],
  [
    ['app', '--log-level=3', '--as-command', '--', 'logs', '--', '--as-daemon'],
    { script: 'localport.cjs', args: ['logs', '--', '--as-daemon'], switches: ['--log-level=3'] },
  ],
  [['app', '--as-daemon', '--'], { script: 'daemon.cjs', args: [], switches: [] }],
])('reads %j', (argv, expected) => {
  expect(roleStart(argv)).toEqual(expected);
});

it('removes the variables that Chromium has set, and keeps a real session bus', () => {
  expect(chromiumVariables({ DBUS_SESSION_BUS_ADDRESS: 'disabled:' })).toContain('DBUS_SESSION_BUS_ADDRESS');
  expect(chromiumVariables({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1/bus' })).toEqual([
    'CHROME_DESKTOP',
    'ORIGINAL_XDG_CURRENT_DESKTOP',
  ]);
});
