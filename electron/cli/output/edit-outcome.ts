/** The result of an edit of the config, as text. */
import type { DraftFinding, EditResult, UndoResult } from '../../../shared/service-edit.ts';
import { clientAddress } from '../../../shared/bind-address.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { answerOf } from '../host-connection.ts';
import type { Editing } from '../service-editing.ts';
import { jsonLines } from './json-lines.ts';

type Done<R> = Extract<R, { readonly done: true }>;

/** A refusal is a failure: the first error, and the others below. */
export function doneOrFailure<R extends EditResult | UndoResult>(what: string, result: R): Done<R> {
  if (result.done) return result as Done<R>;
  const { message, findings } = result;
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length < 2) throw new CommandFailure(`${what}: ${message}`);
  throw new CommandFailure(what, { hint: errors.map(findingLine).join('\n') });
}

export const findingLine = ({ severity, field, message }: DraftFinding): string =>
  `${severity}: ${field === '' ? message : `${field}: ${message}`}`;

/** The edit is in the config, but not in the journal. */
export const tellUndoMissing = ({ paths, tell }: CommandContext): void =>
  tell(`localport undo cannot take this back: ${paths.stateDirectory} could not be written`);

export interface Edited {
  /** `added db` */
  readonly what: string;
  /** null: for the config as a whole. */
  readonly name: string | null;
  readonly line: number | null;
  /** Empty: it cannot be undone. */
  readonly undo?: string;
}

/** Says what was done, and what that means for running services. */
export async function reportEdit(context: CommandContext, editing: Editing, edited: Edited): Promise<void> {
  const { what, name, line, undo } = edited;
  const { path } = editing;
  const force = await inForce(editing, name);
  if (undo === '') tellUndoMissing(context);
  if (context.format === 'json') {
    context.print(
      ...jsonLines({ done: true, what, name, path, line, undo: undo ?? null, in_force: force.isSo }),
    );
    return;
  }
  const place = line === null ? '' : `: ${path}, line ${line}`;
  context.say(`${what}${place}`, force.words);
}

interface Force {
  readonly isSo: boolean;
  readonly words: string;
}

async function inForce({ client, otherConfig }: Editing, name: string | null): Promise<Force> {
  if (client === null) {
    const why = otherConfig === null ? 'is not running' : `is running with another config, ${otherConfig}`;
    return {
      isSo: false,
      words: `LocalPort ${why}: the change takes effect when it starts with this config`,
    };
  }
  const { config, services } = answerOf(await client.request('snapshot', {}));
  if (config.status === 'broken' || config.status === 'untrusted')
    return { isSo: false, words: `not in effect, because the config is ${config.status}: localport status` };
  if (name === null) return { isSo: true, words: 'in effect' };
  const service = services.find((one) => one.name === name);
  return { isSo: true, words: `in effect: ${stateInWords(service, name)}` };
}

function stateInWords(service: ServiceSnapshot | undefined, name: string): string {
  if (service === undefined) return `${name} is gone`;
  return service.desired === 'off' ? `${name} is off` : `${name} is on at ${clientAddress(service)}`;
}
