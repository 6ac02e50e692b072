/** Adds imported services to the config as one edit: the rest of the file stays as it is, including comments. */
import { shellWord } from '../../shared/shell-word.ts';
import type { ServiceDraft } from '../../shared/service-edit.ts';
import type { CommandContext } from './command-context.ts';
import { editAnswer, withEditing, type Editing } from './service-editing.ts';

export interface Added {
  readonly path: string;
  readonly names: readonly string[];
  /** What the config does not accept, and why. */
  readonly left: readonly { readonly name: string; readonly why: string }[];
  /** What that means for running services. */
  readonly force: string;
  /** The command that takes all of them back; null: they cannot be undone. */
  readonly undo: string | null;
}

export const addEntries = (context: CommandContext, entries: readonly object[]): Promise<Added> =>
  withEditing(context, async (editing) => {
    const drafts = entries as readonly ServiceDraft[];
    const { names, refusals, undo } = editAnswer(await editing.editor.addAll({ drafts }));
    return {
      path: editing.path,
      names,
      left: refusals.map(({ name, message }) => ({ name, why: message })),
      force: names.length === 0 ? '' : await effectOf(context, editing, names),
      undo: undo === '' ? null : commandFor(context, 'undo'),
    };
  });

/** Never rejects: the services are in the file. */
async function effectOf(
  context: CommandContext,
  { client, otherConfig }: Editing,
  names: readonly string[],
): Promise<string> {
  if (client === null && otherConfig !== null)
    return `LocalPort is running with another config, ${otherConfig}, so they are not in effect`;
  if (client === null) return `To start them: ${commandFor(context, 'start', names)}`;
  const answer = await client.request('snapshot', {});
  if (!answer.ok) return `whether they are in effect is unknown: ${answer.error.message}`;
  const { services } = answer.value;
  const on = new Set(services.filter(({ desired }) => desired === 'on').map(({ name }) => name));
  const off = names.filter((name) => !on.has(name));
  return off.length === 0
    ? 'in effect: all of them are on'
    : `in effect: ${names.length - off.length} of ${names.length} are on; to start the others: ${commandFor(context, 'start', off)}`;
}

/** With the config that this command line names. */
export const commandFor = (
  { options: { config } }: CommandContext,
  command: string,
  names: readonly string[] = [],
): string =>
  ['localport', command, ...names, ...(config === undefined ? [] : ['-c', config])].map(shellWord).join(' ');
