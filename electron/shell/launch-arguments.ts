import path from 'node:path';
import { parseArgs } from 'node:util';
import { closestWord } from '../core/config/spelling.ts';
import { linkIn } from './app-link.ts';

export interface LaunchArguments {
  /** Absolute; null: not given. */
  readonly config: string | null;
  /** The same of a config that a search found in a folder, so that it needs the user's trust. */
  readonly folderConfig: string | null;
  /** Start, reach a first forward, say so, end: for the packaged build. */
  readonly smokeTest: boolean;
  /** With `smokeTest`: look for an update first, and fetch it, so that the end installs it. */
  readonly updateTest: boolean;
  /** A `localport:` link that was opened; null: none. */
  readonly link: string | null;
  /** What is probably not meant as it is written, in sentences for the log. */
  readonly doubts: readonly string[];
}

const options = {
  config: { type: 'string', short: 'c' },
  'folder-config': { type: 'string' },
  'smoke-test': { type: 'boolean' },
  'update-test': { type: 'boolean' },
} as const;
const optionNames = Object.keys(options);

/** Reads what is ours and passes over the rest: Chromium's switches, which are past counting, stand in the same list. */
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
