/**
 * Adds imported services to the config, as `localport add` does: the rest of the file stays as it is, including
 * comments.
 */
import type { ServiceDraft } from '../../shared/service-edit.ts';
import { nameOf } from '../core/config/edit/draft-path.ts';
import type { CommandContext } from './command-context.ts';
import { answerOf } from './host-connection.ts';
import { editAnswer, withEditing, type Editing } from './service-editing.ts';

export interface Added {
  readonly path: string;
  readonly names: readonly string[];
  /** What the config does not accept, and why. */
  readonly left: readonly { readonly name: string; readonly why: string }[];
  /** What that means for running services. */
  readonly force: string;
}

/** One after the other: each is checked together with the current file. Ctrl-C stops between two. */
export const addEntries = (context: CommandContext, entries: readonly object[]): Promise<Added> =>
  withEditing(context, async (editing) => {
    const names: string[] = [];
    const left: { name: string; why: string }[] = [];
    for (const [index, entry] of entries.entries()) {
      if (context.signal.aborted) break;
      const draft = entry as ServiceDraft;
      const result = editAnswer(await editing.editor.save({ draft, basedOn: null }));
      if (result.done) names.push(result.name);
      else left.push({ name: nameOf(draft) || `service ${index + 1}`, why: result.message });
    }
    return { path: editing.path, names, left, force: await effectOf(editing, names) };
  });

async function effectOf({ client, otherConfig, path }: Editing, names: readonly string[]): Promise<string> {
  if (client === null && otherConfig !== null)
    return `LocalPort is running with another config, ${otherConfig}, so they are not in effect`;
  if (client === null) return 'To start them: localport start --all';
  const { services } = answerOf(await client.request('snapshot', {}));
  const on = services.filter((service) => names.includes(service.name) && service.desired === 'on');
  return on.length === names.length
    ? `in effect: all of them are on`
    : `${path} is in use: ${on.length} of them are on; to start the others: localport start --all`;
}
