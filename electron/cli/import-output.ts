/** What both imports do with their proposals: keep clear of the present config, and print, or write where nothing is. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { maxServices } from '../../shared/config-schema.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { findConfigFile } from './config-choice.ts';
import { readConfig } from './configured-services.ts';
import { exitCode, type ExitCode } from './exit-code.ts';
import { entriesOf, type Proposal, type Taken } from '../core/import/service-proposal.ts';
import { proposalYaml } from './proposal-yaml.ts';
import { showCount } from './output/quantity.ts';
import { jsonLines } from './output/json-lines.ts';

export interface ImportOptions {
  readonly write?: true;
}

interface Found {
  readonly proposals: readonly Proposal[];
  /** What whoever reads the proposals should know. */
  readonly remarks: readonly string[];
  /** Clusters and hosts that could not be asked, and why. */
  readonly failures: readonly string[];
}

/** A partial failure is an error: what was found is printed all the same. */
export async function finishImport(
  context: CommandContext,
  { write }: ImportOptions,
  { proposals: found, remarks: known, failures }: Found,
): Promise<ExitCode> {
  const proposals = found.slice(0, maxServices);
  const remarks =
    found.length > maxServices
      ? [...known, `only the first ${maxServices} of ${found.length} services: a config holds no more`]
      : known;
  for (const failure of failures) context.complain(`${context.complaintPalette.bad('error:')} ${failure}`);
  const entries = entriesOf(proposals, await readTaken(context));
  if (entries.length === 0) {
    context.tell(...remarks);
    throw new CommandFailure('there is nothing to import');
  }
  if (write === true) {
    const file = await writeConfig(context, proposalYaml(entries, remarks));
    context.say(`${showCount(entries.length, 'service')} written to ${file}`);
  } else if (context.format === 'json') {
    context.print(...jsonLines(entries));
    context.tell(...remarks);
  } else context.print(...proposalYaml(entries, remarks).split('\n'));
  return failures.length === 0 ? exitCode.ok : exitCode.error;
}

/** Names and ports of the present config. A broken one takes none: its owner is about to fix it anyway. */
async function readTaken(context: CommandContext): Promise<Taken> {
  const found = findConfigFile(context);
  const loaded = found === null ? null : await readConfig(context, found.path);
  const services = loaded?.ok === true ? loaded.value.services : [];
  return {
    names: new Set(services.map(({ name }) => name)),
    ports: new Set(services.map(({ localPort }) => localPort)),
  };
}

/** Only where there is no config: a YAML that somebody wrote by hand is theirs to edit. */
async function writeConfig(
  { options, paths, workingDirectory }: CommandContext,
  text: string,
): Promise<string> {
  const file =
    options.config === undefined ? paths.defaultConfigPath : path.resolve(workingDirectory, options.config);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, `${text}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new CommandFailure(`${file} cannot be written: ${message}`);
    throw new CommandFailure(`${file} already exists`, {
      hint: 'Run it without --write and copy from what it prints, or name another file with --config.',
    });
  }
  return file;
}
