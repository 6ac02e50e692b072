/** What an uninstall does not touch, and how to remove it by hand. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CommandContext } from '../command-context.ts';
import { findConfigFile } from '../config-choice.ts';
import { configHome } from '../config-home.ts';

/** A line each. */
export function whatStays(context: CommandContext): readonly string[] {
  const config = findConfigFile(context);
  return [
    ...(config === null ? [] : [`your config: ${config.path}`]),
    `passwords that you stored: ${keychainOf(context)}`,
    ...browserFilesOf(context).map((place) => `files of the app's browser: ${place}`),
    ...programOf(context),
  ];
}

/** As `secretService` in core/secrets names them. */
const keychainOf = ({ platform }: CommandContext): string =>
  platform === 'darwin'
    ? 'in Keychain Access, search for localport'
    : 'in the Secret Service, as localport; localport secret remove NAME removes one';

/** What Electron and macOS keep for the app by its name and bundle ID, if it has run. */
function browserFilesOf(context: CommandContext): readonly string[] {
  const { platform, homeDirectory } = context;
  const places =
    platform === 'darwin'
      ? [
          'Caches/dev.localport.app',
          'HTTPStorages/dev.localport.app',
          'Preferences/dev.localport.app.plist',
          'Saved Application State/dev.localport.app.savedState',
        ].map((name) => path.join(homeDirectory, 'Library', name))
      : [path.join(configHome(context), 'LocalPort')];
  return places.filter((place) => existsSync(place));
}

function programOf({ platform, homeDirectory, programFolder, runtime }: CommandContext): readonly string[] {
  if (platform !== 'darwin')
    return [`the program: ${runtime.kind === 'app' ? runtime.program : path.dirname(programFolder)}`];
  const apps = ['/Applications/LocalPort.app', path.join(homeDirectory, 'Applications/LocalPort.app')];
  const present = apps.filter((app) => existsSync(app));
  return [
    // Only the app itself can remove its login item (SMAppService).
    'open at login, if you turned it on: remove LocalPort in System Settings › General › Login Items & Extensions',
    ...(present.length === 0 ? [`the program: ${programFolder}`] : []),
    ...present.map((app) => `the app: move ${app} to the Trash, or brew uninstall --cask localport`),
  ];
}
