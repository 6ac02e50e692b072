import path from 'node:path';
import { parseArgs } from 'node:util';

export interface LaunchArguments {
  /** Absolute; null: not given. */
  readonly config: string | null;
  /** Start, reach a first forward, say so, end: for the packaged build. */
  readonly smokeTest: boolean;
}

/** Reads what is ours and passes over the rest: Chromium's switches stand in the same list. */
export function parseLaunchArguments(argv: readonly string[], cwd: string): LaunchArguments {
  const { values } = parseArgs({
    args: [...argv],
    strict: false,
    options: { config: { type: 'string', short: 'c' }, 'smoke-test': { type: 'boolean' } },
  });
  const { config } = values;
  return {
    config: typeof config === 'string' && config !== '' ? path.resolve(cwd, config) : null,
    smokeTest: values['smoke-test'] === true,
  };
}
