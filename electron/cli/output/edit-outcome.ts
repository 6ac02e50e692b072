/** What an edit of the config came to, in words. */
import type { DraftFinding, EditResult, UndoResult } from '../../../shared/service-edit.ts';
import { clientAddress } from '../../../shared/bind-address.ts';
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

export interface Edited {
  /** `added db` */
  readonly what: string;
  readonly name: string;
  readonly line: number | null;
  readonly undo?: string;
}

/** Says what was done, and what that means for what runs. */
export async function reportEdit(context: CommandContext, editing: Editing, edited: Edited): Promise<void> {
  const { what, name, line, undo } = edited;
  const { path } = editing;
  const force = await inForce(editing, name);
  if (context.format === 'json') {
    context.print(
      ...jsonLines({ done: true, what, name, path, line, undo: undo ?? null, in_force: force.isSo }),
    );
    return;
  }
  const place = `${path}${line === null ? '' : `, line ${line}`}`;
  context.say(`${what}: ${place}`, force.words);
}

interface Force {
  readonly isSo: boolean;
  readonly words: string;
}

async function inForce({ client }: Editing, name: string): Promise<Force> {
  if (client === null)
    return {
      isSo: false,
      words: 'No running LocalPort uses this config: the change counts from its next start',
    };
  const { config, services } = answerOf(await client.request('snapshot', {}));
  const service = services.find((one) => one.name === name);
  if (config.status === 'broken' || config.status === 'untrusted')
    return { isSo: false, words: `The config is ${config.status}: see localport status` };
  if (service === undefined) return { isSo: true, words: `In force: ${name} does not run any more` };
  return service.desired === 'off'
    ? { isSo: true, words: `In force: ${name} is off; localport start ${name} turns it on` }
    : { isSo: true, words: `In force: ${name} is on at ${clientAddress(service)}` };
}
