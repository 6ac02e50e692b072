import { existsSync } from 'node:fs';
import path from 'node:path';
import { firstUnseen } from '../../../shared/visible-text.ts';
import type { Action } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { finishImport, type ImportOptions } from '../import-output.ts';
import { parseLocalForwards, proposeForwards } from '../ssh-config.ts';
import { readSshHosts } from '../ssh-config-files.ts';
import { lastLine, runTool } from '../tool-run.ts';

export interface ImportSshOptions extends ImportOptions {
  readonly file?: string;
}

const resolveMs = 10_000;

/** Proposes a service for each LocalForward of each host that an ssh_config names; ssh itself says which apply. */
export const importSsh: Action<ImportSshOptions> = async (context, options) => {
  const { homeDirectory, workingDirectory } = context;
  const own = path.join(homeDirectory, '.ssh/config');
  const file = options.file === undefined ? own : path.resolve(workingDirectory, options.file);
  const found = await readSshHosts(file, path.join(homeDirectory, '.ssh'));
  // The config takes no such name.
  const hosts = found.filter((host) => firstUnseen(host) === null);
  if (!existsSync(file)) throw new CommandFailure(`there is no ${file}`);
  if (hosts.length === 0) throw new CommandFailure(`${file} names no host`);
  const proposals = [];
  const failures = [];
  const without = [];
  for (const host of hosts) {
    const chosen = options.file === undefined ? [] : ['-F', file];
    const run = await runTool(context, ['ssh', '-G', ...chosen, '--', host], resolveMs);
    if (run.isMissing) throw new CommandFailure(lastLine(run.stderr), { hint: 'Install OpenSSH.' });
    if (run.exitCode !== 0) failures.push(`${host}: ${lastLine(run.stderr)}`);
    else {
      const forwards = parseLocalForwards(run.stdout);
      if (forwards.length === 0) without.push(host);
      proposals.push(...proposeForwards(host, forwards));
    }
  }
  const remarks =
    without.length === 0 ? [] : [`without a LocalForward, name a port by hand: ${without.join(', ')}`];
  return finishImport(context, options, { proposals, remarks, failures });
};
