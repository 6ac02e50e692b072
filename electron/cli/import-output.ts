/**
 * What both imports do with their proposals: avoid conflicts with the present config, and print them or add them to it.
 */
import { maxServices } from '../../shared/config-schema.ts';
import type { ServiceSpec } from '../../shared/service-spec.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { findConfigFile } from './config-choice.ts';
import { readConfig } from './configured-services.ts';
import { exitCode, type ExitCode } from './exit-code.ts';
import { answerOf, closing, findHost } from './host-connection.ts';
import { type ChangedPort, draftEntries, type Proposal } from '../core/import/service-proposal.ts';
import { addEntries, type Added } from './import-writing.ts';
import { presentForwards } from './present-forwards.ts';
import { proposalYaml } from './proposal-yaml.ts';
import { tellUndoMissing } from './output/edit-outcome.ts';
import { showCount } from './output/quantity.ts';
import { jsonLines } from './output/json-lines.ts';
import { shorten } from './output/text-width.ts';
import { visibleLine } from '../../shared/visible-text.ts';

export interface ImportOptions {
  readonly write?: true;
}

interface Found {
  readonly proposals: readonly Proposal[];
  /** Notes for the reader of the proposals. */
  readonly remarks: readonly string[];
  /** Clusters and hosts that could not be queried, and why. */
  readonly failures: readonly string[];
}

/** A partial failure is an error: the results are printed anyway. */
export async function finishImport(
  context: CommandContext,
  { write }: ImportOptions,
  { proposals: found, remarks: known, failures }: Found,
): Promise<ExitCode> {
  complainOf(context, ...failures);
  const proposals = found.slice(0, maxServices);
  const services = await readServices(context);
  // What is only printed may be meant for another file.
  const present =
    write === true ? await presentForwards(context, proposals, services) : new Map<Proposal, string>();
  const room = write === true ? Math.max(0, maxServices - services.length) : maxServices;
  const missing = proposals.filter((proposal) => !present.has(proposal));
  const omitted = found.length - proposals.length + Math.max(0, missing.length - room);
  const { entries, raisedPorts, takenPorts } = draftEntries(missing.slice(0, room), {
    names: new Set(services.map(({ name }) => name)),
    ports: new Set(services.map(({ localPort }) => localPort)),
  });
  const remarks = [
    ...known,
    ...listInWords('already in the config', [...present.values()]),
    ...(omitted > 0
      ? [`${omitted} of ${found.length} services left out: a config holds at most ${maxServices}`]
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
    if (present.size > 0) return failures.length === 0 ? exitCode.ok : exitCode.error;
    throw new CommandFailure('there is nothing to import');
  }
  if (write === true) {
    const added = await addEntries(context, entries);
    const { left } = added;
    complainOf(context, ...left.map(({ name, why }) => `${name} was not added: ${why}`));
    if (context.format === 'json') {
      context.print(...jsonLines(added));
      context.tell(...remarks);
    } else context.say(...addedLines(added), ...remarks.map((remark) => `note: ${remark}`));
    if (added.names.length > 0 && added.undo === null) tellUndoMissing(context);
    if (left.length > 0) return exitCode.error;
  } else if (context.format === 'json') {
    context.print(...jsonLines(entries));
    context.tell(...remarks);
  } else {
    context.print(...proposalYaml(entries, remarks).split('\n'));
    // A file or a pipe is where they are meant to go.
    if (context.stdout.isTTY === true)
      context.tell('To add them to the config, run this again with --write.');
  }
  return failures.length === 0 ? exitCode.ok : exitCode.error;
}

function complainOf({ complain, complaintPalette }: CommandContext, ...failures: readonly string[]): void {
  complain(...failures.map((failure) => `${complaintPalette.bad('error:')} ${failure}`));
}

const addedLines = ({ path, names, force, undo }: Added): readonly string[] =>
  names.length === 0
    ? []
    : [
        `added ${showCount(names.length, 'service')} to ${path}: ${listed(names)}`,
        force,
        ...(undo === null ? [] : [`To undo: ${undo}`]),
      ];

const maxNamesTold = 5;
const maxNameWidth = 80;

/** A remark about several items; none for an empty list. */
export function listInWords(why: string, names: readonly string[]): readonly string[] {
  const different = [...new Set(names)];
  if (different.length === 0) return [];
  return [`${why}: ${listed(different)}`];
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, maxNamesTold).map((name) => shorten(visibleLine(name), maxNameWidth));
  const more = names.length > maxNamesTold ? ` and ${names.length - maxNamesTold} more` : '';
  return `${shown.join(', ')}${more}`;
}

const changeInWords = ({ name, wanted, given }: ChangedPort): string => `${name} (${wanted} → ${given})`;

/** The config of the running host; without one, or with --config, that of the command line. */
async function configInUse(context: CommandContext): Promise<string | null> {
  const named = findConfigFile(context)?.path ?? null;
  const client = context.options.config === undefined ? await findHost(context) : null;
  if (client === null) return named;
  return closing(client, async () => answerOf(await client.request('snapshot', {})).config.path ?? named);
}

/** Those of the present config. A broken one counts as empty: its owner is about to fix it anyway. */
async function readServices(context: CommandContext): Promise<readonly ServiceSpec[]> {
  const found = await configInUse(context);
  const loaded = found === null ? null : await readConfig(context, found);
  return loaded?.ok === true ? loaded.value.services : [];
}
