/** What both imports do with their proposals: keep clear of the present config, and print, or write where nothing is. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { maxServices } from '../../shared/config-schema.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { findConfigFile } from './config-choice.ts';
import { readConfig } from './configured-services.ts';
import { exitCode, type ExitCode } from './exit-code.ts';
import {
  type ChangedPort,
  draftEntries,
  type Proposal,
  type Taken,
} from '../core/import/service-proposal.ts';
import { proposalYaml } from './proposal-yaml.ts';
import { showCount } from './output/quantity.ts';
import { jsonLines } from './output/json-lines.ts';
import { shorten } from './output/text-width.ts';
import { visibleLine } from '../../shared/visible-text.ts';

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
  for (const failure of failures) context.complain(`${context.complaintPalette.bad('error:')} ${failure}`);
  const { entries, raisedPorts, takenPorts } = draftEntries(proposals, await readTaken(context));
  const remarks = [
    ...known,
    ...(found.length > maxServices
      ? [`only the first ${maxServices} of ${found.length} services: a config holds no more`]
      : []),
    ...listInWords(
      'local_port differs from remote_port, as only root may open ports below 1024',
      raisedPorts.map(changeInWords),
    ),
    ...listInWords(
      'local_port differs from remote_port, as another service uses that port',
      takenPorts.map(changeInWords),
    ),
  ];
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

const maxNamesTold = 5;
const maxNameWidth = 80;

/** A remark about some of many; none where there are none. */
export function listInWords(why: string, names: readonly string[]): readonly string[] {
  const different = [...new Set(names)];
  if (different.length === 0) return [];
  const shown = different.slice(0, maxNamesTold).map((name) => shorten(visibleLine(name), maxNameWidth));
  const more = different.length > maxNamesTold ? ` and ${different.length - maxNamesTold} more` : '';
  return [`${why}: ${shown.join(', ')}${more}`];
}

const changeInWords = ({ name, wanted, given }: ChangedPort): string => `${name} (${wanted} → ${given})`;

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
