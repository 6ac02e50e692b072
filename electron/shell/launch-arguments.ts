import path from 'node:path';
import { parseArgs } from 'node:util';
import { closestWord } from '../core/config/spelling.ts';
import { linkIn } from './app-link.ts';

export interface LaunchArguments {
  /** Absolute path; null: not given. */
  readonly config: string | null;
  /** The same for a config found by searching a folder, which requires the user's trust. */
  readonly folderConfig: string | null;
  /** Start, wait for the first working forward, report it, and quit. For testing the packaged build. */
  readonly smokeTest: boolean;
  /** With `smokeTest`: first check for an update and download it, so that quitting installs it. */
  readonly updateTest: boolean;
  /** The `localport:` link that was opened; null: none. */
  readonly link: string | null;
  /** Warnings about probable mistakes, as sentences for the log. */
  readonly doubts: readonly string[];
}

const options = {
  config: { type: 'string', short: 'c' },
  'folder-config': { type: 'string' },
  'smoke-test': { type: 'boolean' },
  'update-test': { type: 'boolean' },
} as const;
const optionNames = Object.keys(options);

/** Parses LocalPort's options and ignores the rest: Chromium's many switches are in the same list. */
export function parseLaunchArguments(argv: readonly string[], cwd: string): LaunchArguments {
  const { values, tokens } = parseArgs({ args: [...argv], strict: false, tokens: true, options });
  const { config, 'folder-config': folderConfig } = values;
  const isNamed = typeof config === 'string' && config !== '';
  const mistyped = tokens.flatMap((token) => {
    if (token.kind !== 'option' || optionNames.includes(token.name)) return [];
    const meant = closestWord(token.name, optionNames);
    return meant === null
      ? []
      : [`there is no option ${token.rawName}, and it is ignored; is --${meant} meant?`];
  });
  return {
    config: isNamed ? path.resolve(cwd, config) : null,
    folderConfig: typeof folderConfig === 'string' ? path.resolve(cwd, folderConfig) : null,
    smokeTest: values['smoke-test'] === true,
    updateTest: values['update-test'] === true,
    link: linkIn(argv),
    doubts:
      config === undefined || isNamed ? mistyped : [...mistyped, '--config names no file, and is ignored'],
  };
}
