import { rm } from 'node:fs/promises';
import { errorMessage } from '../../core/lifecycle/error-text.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { exitCode } from '../exit-code.ts';
import { closing, findHost } from '../host-connection.ts';
import { alignColumns } from '../output/columns.ts';
import { jsonLines } from '../output/json-lines.ts';
import { serviceManager, serviceTools } from '../service-manager-choice.ts';
import { lastLine } from '../tool-run.ts';
import { faultOf, findOwnThings, type OwnThing } from '../uninstall/own-things.ts';
import { whatStays } from '../uninstall/what-stays.ts';
import { stopHost } from './daemon-stop.ts';

export interface UninstallOptions {
  readonly yes?: true;
}

/** Removes everything that LocalPort has created outside of its program, after one question, and says what is left. */
export const uninstall: Action<UninstallOptions> = async (context, { yes }) => {
  const { things } = await findOwnThings(context);
  await requireConsent(context, things, yes === true);
  if (!(await stopEverything(context))) return exitCode.interrupted;
  // It may have been written since: the last messages of a stopping host are in its log.
  const found = await findOwnThings(context);
  const removed: OwnThing[] = [];
  const failures: string[] = [];
  for (const thing of found.things) {
    const failure = await remove(context, thing);
    if (failure === null) removed.push(thing);
    else failures.push(failure);
  }
  const manager = serviceManager(context);
  if (removed.some(({ path }) => path === manager.file)) await manager.afterRemoval(serviceTools(context));
  const left = [...failures, ...found.left, ...whatStays(context)];
  if (context.format === 'json')
    context.print(...jsonLines({ removed: removed.map(({ path }) => path), left }));
  else {
    const lines = removed.map(({ path }) => `removed ${path}`);
    context.say(...(lines.length === 0 ? ['There is nothing to remove.'] : lines));
    context.say('What is left:', ...left.map((line) => `  ${line}`));
  }
  return failures.length === 0 ? exitCode.ok : exitCode.error;
};

async function requireConsent(
  context: CommandContext,
  things: readonly OwnThing[],
  isGiven: boolean,
): Promise<void> {
  if (isGiven) return;
  const { confirm, tell } = context;
  const list = alignColumns(things.map(({ what, path }) => [{ text: `  ${path}` }, { text: what }]));
  if (confirm === undefined)
    throw new CommandFailure('this would stop LocalPort and remove its files', {
      hint: [...list, 'To skip the question: localport uninstall --yes'].join('\n'),
    });
  tell('This stops LocalPort and removes:', ...list);
  if (!(await confirm('Remove all of this? [y/N] '))) throw new CommandFailure('nothing was removed');
}

/** The host first, which ends its tunnels; then launchd or systemd, so that nothing restarts it. False: by Ctrl-C. */
async function stopEverything(context: CommandContext): Promise<boolean> {
  const client = await findHost(context);
  if (client !== null) {
    const stopped = await closing(client, () => stopHost(context, client, false));
    if (stopped === null) return false;
  }
  const failure = await serviceManager(context).unload(serviceTools(context));
  if (failure !== null && !failure.isMissing) context.tell(lastLine(failure.stderr));
  return !context.signal.aborted;
}

/** Null if it is gone, otherwise the reason. */
async function remove({ uid }: CommandContext, { path, kind }: OwnThing): Promise<string | null> {
  const fault = kind === 'folder' ? await faultOf(path, uid) : null;
  if (fault === 'missing') return null;
  if (fault !== null) return `${path} ${fault}`;
  try {
    // A link inside is removed; its target stays.
    await rm(path, { recursive: kind === 'folder', force: true });
    return null;
  } catch (error) {
    return `${path} could not be removed (${errorMessage(error)}): sudo rm ${kind === 'folder' ? '-r ' : ''}${path}`;
  }
}
