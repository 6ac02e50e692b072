/** The config in the user's text editor. The saved file is checked, and put into effect if a host runs it. */
import { readFile } from 'node:fs/promises';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { readConfig } from './configured-services.ts';
import { exitCode, type ExitCode } from './exit-code.ts';
import { answerOf } from './host-connection.ts';
import { complainOfTrust } from './output/config-complaint.ts';
import { reportEdit } from './output/edit-outcome.ts';
import { problemLines } from './output/problem-lines.ts';
import type { Editing } from './service-editing.ts';
import { openTextEditor } from './text-editor.ts';

export interface ByHand {
  /** The edited service; null: the config as a whole. */
  readonly name: string | null;
  /** From 1. */
  readonly line: number;
  /** The command that reopens the editor. */
  readonly again: string;
}

/** The editor may take any time. If the file has errors, the user can continue at once. */
export async function editByHand(
  context: CommandContext,
  editing: Editing,
  { name, line, again }: ByHand,
): Promise<ExitCode> {
  const { path, client } = editing;
  const before = await readFile(path, 'utf8');
  for (let at = line; ;) {
    await openTextEditor(context, { path, line: at });
    if ((await readFile(path, 'utf8').catch(() => '')) === before) {
      context.say('nothing was changed');
      return exitCode.ok;
    }
    const loaded = await readConfig(context, path);
    const problems = loaded.ok ? loaded.value.warnings : loaded.error;
    context.complain(...problemLines({ path, problems }, context.complaintPalette));
    if (loaded.ok) break;
    at = problems.find(({ severity }) => severity === 'error')?.line ?? line;
    if ((await context.confirm?.('Edit it again? [y/N] ')) === true) continue;
    if (client !== null) answerOf(await client.request('reload', {}));
    throw new CommandFailure(`${path} has errors`, { hint: `Fix them: ${again}` });
  }
  if (client !== null) {
    const config = answerOf(await client.request('reload', {}));
    if (config.status === 'untrusted') complainOfTrust(context, config);
  }
  await reportEdit(context, editing, { what: `changed ${path}`, name, line: null });
  return exitCode.ok;
}
