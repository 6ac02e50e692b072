import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { firstUnseen } from '../../../shared/visible-text.ts';
import type { Action } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { finishImport, type ImportOptions } from '../import-output.ts';
import { parseLocalForwards, parseSshConfig, proposeForwards } from '../ssh-config.ts';
import { lastLine, runTool } from '../tool-run.ts';

export interface ImportSshOptions extends ImportOptions {
  readonly file?: string;
}

/** ssh itself stops at 16; ssh_config(5). */
const maxIncludeDepth = 16;
const maxHosts = 500;
const resolveMs = 10_000;

/** Proposes a service for each LocalForward of each host that an ssh_config names; ssh itself says which apply. */
export const importSsh: Action<ImportSshOptions> = async (context, options) => {
  const { homeDirectory, workingDirectory } = context;
  const own = path.join(homeDirectory, '.ssh/config');
  const file = options.file === undefined ? own : path.resolve(workingDirectory, options.file);
  const found = await readHosts(file, path.join(homeDirectory, '.ssh'), 0);
  // The config takes no such name.
  const hosts = [...new Set(found)].filter((host) => firstUnseen(host) === null).slice(0, maxHosts);
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

/** Includes are relative to ~/.ssh; of patterns only those in the last part of a path are looked up. */
async function readHosts(file: string, sshFolder: string, depth: number): Promise<readonly string[]> {
  if (depth > maxIncludeDepth) return [];
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return [];
  const { hosts, includes } = parseSshConfig(text);
  const all = [...hosts];
  for (const include of includes) {
    for (const included of await expand(include, sshFolder)) {
      all.push(...(await readHosts(included, sshFolder, depth + 1)));
    }
  }
  return all;
}

async function expand(include: string, sshFolder: string): Promise<readonly string[]> {
  const home = path.dirname(sshFolder);
  const pattern = path.resolve(sshFolder, include.replace(/^~(?=\/)/, home));
  const name = path.basename(pattern);
  if (!/[*?]/.test(name)) return [pattern];
  const source = name
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const matching = new RegExp(`^${source}$`);
  const folder = path.dirname(pattern);
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((found) => matching.test(found))
    .toSorted()
    .map((found) => path.join(folder, found));
}
