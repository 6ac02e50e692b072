import { existsSync } from 'node:fs';
import path from 'node:path';
import { firstUnseen } from '../../../shared/visible-text.ts';
import type { Action } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { finishImport, type ImportOptions } from '../import-output.ts';
import type { Proposal } from '../../core/import/service-proposal.ts';
import { readSshHosts } from '../../core/import/ssh-config-files.ts';
import { opensToAll, parseForwards, proposeForward, whereWritten } from '../../core/import/ssh-forwards.ts';
import { lastLine, runTool } from '../tool-run.ts';

export interface ImportSshOptions extends ImportOptions {
  readonly file?: string;
}

const resolveMs = 10_000;
const byHand = 'To add a forward without it: localport add ssh user@host db:5432';

/** Proposes a service for each forward of each host that an ssh_config names; ssh itself reports which ones apply. */
export const importSsh: Action<ImportSshOptions> = async (context, options) => {
  const { homeDirectory, workingDirectory } = context;
  const own = path.join(homeDirectory, '.ssh/config');
  const file = options.file === undefined ? own : path.resolve(workingDirectory, options.file);
  const found = await readSshHosts(file, path.join(homeDirectory, '.ssh'));
  // The config does not accept such a name.
  const hosts = found.hosts.filter((host) => firstUnseen(host) === null);
  if (!existsSync(file)) throw new CommandFailure(`there is no ${file}`, { hint: byHand });
  if (hosts.length === 0) throw new CommandFailure(`${file} names no host`, { hint: byHand });
  const proposals: Proposal[] = [];
  const failures: string[] = [];
  const without: string[] = [];
  const left = new Set<string>();
  for (const host of hosts) {
    const chosen = options.file === undefined ? [] : ['-F', file];
    // Some blocks are only for shells, and a tunnel is not one.
    const run = await runTool(context, ['ssh', '-G', '-N', '-T', ...chosen, '--', host], resolveMs);
    if (run.isMissing) throw new CommandFailure(lastLine(run.stderr), { hint: 'Install OpenSSH.' });
    if (run.exitCode !== 0) {
      failures.push(`${host}: ${lastLine(run.stderr)}`);
      continue;
    }
    const forwards = parseForwards(run.stdout);
    if (forwards.length === 0) without.push(host);
    const choice = { isOnly: forwards.length === 1, isOpenToAll: opensToAll(run.stdout) };
    for (const forward of forwards) {
      const written = whereWritten(forward, found.forwards);
      const proposed = written?.isPassing === true ? passing : proposeForward(host, forward, choice);
      if (typeof proposed !== 'string') proposals.push(proposed);
      else
        left.add(
          `${written === null ? host : `${written.file}:${written.line}`}: left out: ${forward.text}: ${proposed}`,
        );
    }
  }
  const remarks = without.length === 0 ? [] : [`no forwards, so nothing to import: ${without.join(', ')}`];
  return finishImport(context, options, { proposals, remarks: [...left, ...remarks], failures });
};

const passing = 'its Match block depends on a program or a network, and may not apply next time';
