import type { ServiceDraft, ServiceEdit } from '../../../shared/service-edit.ts';
import { nameOf } from '../../core/config/edit/draft-path.ts';
import { tidyDraft } from '../../core/config/edit/draft-changes.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure, usageFailure } from '../command-failure.ts';
import { withOptions, type DraftKind, type DraftOptions } from '../draft-options.ts';
import { kubePorts, kubeTarget, sshTarget, tcpTarget } from '../draft-target.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { commandFor } from '../import-writing.ts';
import { doneOrFailure, findingLine, reportEdit } from '../output/edit-outcome.ts';
import { jsonLines } from '../output/json-lines.ts';
import { editAnswer, withEditing, type Editing } from '../service-editing.ts';

export type AddOptions = DraftOptions & { readonly dryRun?: true; readonly test?: true };

/** A pasted `kubectl port-forward …`. */
export const addPortForward: Action<AddOptions> = async (context, options, [verb, ...words]) => {
  if (verb !== 'port-forward')
    throw usageFailure(
      `kubectl ${verb} forwards no port`,
      'Write localport add kube svc/postgres --port 5432.',
    );
  return addKube(context, options, words);
};

export const addKube: Action<AddOptions> = async (context, options, [target, ports]) => {
  const isBySelector = options['selector'] !== undefined;
  const given = isBySelector
    ? target
    : await needed(context, target, 'What in the cluster, as svc/postgres or deploy/web? ');
  if (isBySelector && target !== undefined) throw usageFailure('a target and --selector cannot be combined');
  const draft = withOptions(
    joined('kubectl', {
      ...(given === undefined ? {} : kubeTarget(given)),
      ...(ports === undefined ? {} : kubePorts(ports)),
    }),
    options,
    'kubectl',
  );
  const port = draft['remote_port'] ?? (await needed(context, undefined, 'Which port of it? ', '--port'));
  return add(context, { ...draft, remote_port: numberOrName(port) }, options);
};

export const addSsh: Action<AddOptions> = async (context, options, [givenHost, givenTarget]) => {
  const host = await needed(context, givenHost, 'Which ssh host, as in ssh_config or user@host? ');
  const isDynamic = options['dynamic'] === true;
  const target = isDynamic
    ? givenTarget
    : await needed(
        context,
        givenTarget ?? (options['L'] as string | undefined),
        'Where to behind it, as 5432 or db:5432? ',
      );
  if (isDynamic && target !== undefined) throw usageFailure('a target and --dynamic cannot be combined');
  const draft = joined('ssh', target === undefined ? {} : sshTarget(target), { host });
  return add(context, withOptions(draft, options, 'ssh'), options);
};

export const addTcp: Action<AddOptions> = async (context, options, [given, port]) => {
  const named = given === undefined || port === undefined ? given : `${given}:${port}`;
  const target = await needed(context, named, 'Where to, as db.example.com:5432? ');
  return add(context, withOptions(joined('tcp', tcpTarget(target)), options, 'tcp'), options);
};

export const addCommand: Action<AddOptions> = async (context, options, words) => {
  const argv =
    words.length > 0
      ? words
      : (await needed(context, undefined, 'Which command, with {local_port} in it? ')).split(/\s+/);
  const draft = joined('command', {}, { argv: [...argv] });
  return add(context, withOptions(draft, options, 'command'), options);
};

/** `target`: the connection is only part of it. */
function joined(kind: DraftKind, target: ServiceDraft, connection: ServiceDraft = {}): ServiceDraft {
  const { connection: inner = {}, ...rest } = target;
  return { technology: kind, ...rest, connection: { ...connection, ...(inner as ServiceDraft) } };
}

const numberOrName = (port: unknown): string | number =>
  typeof port === 'string' && /^\d+$/.test(port) ? Number(port) : (port as string | number);

/** Asked for if someone can answer. */
async function needed(
  { prompt }: CommandContext,
  given: string | undefined,
  question: string,
  option = 'argument',
): Promise<string> {
  const answer = (given ?? (prompt === undefined ? '' : await prompt(question))).trim();
  if (answer === '')
    throw usageFailure(
      option === 'argument' ? 'the target is missing' : `${option} is missing`,
      'See --help for examples.',
    );
  return answer;
}

function add(context: CommandContext, draft: ServiceDraft, options: AddOptions): Promise<ExitCode> {
  return withEditing(context, async (editing) => {
    const proposed = editAnswer(await editing.editor.propose({ draft: tidyDraft(draft), basedOn: null }));
    const edit: ServiceEdit = { draft: proposed.draft, basedOn: null };
    if (options.dryRun === true) return showEdit(context, editing, edit);
    const name = nameOf(edit.draft) || 'the service';
    if (options.test === true) await requireTest(context, editing, edit);
    const saved = doneOrFailure(`${name} was not added`, editAnswer(await editing.editor.save(edit)));
    await reportEdit(context, editing, { ...saved, what: `added ${saved.name}` });
    if (editing.client === null && editing.otherConfig === null && context.format !== 'json')
      context.say(`To start it: ${commandFor(context, 'start', [saved.name])}`);
    return exitCode.ok;
  });
}

/** Prints the service as it would be written. Exits with 1 if it would be refused. */
export async function showEdit(
  context: CommandContext,
  { editor, path }: Editing,
  edit: ServiceEdit,
): Promise<ExitCode> {
  const { findings, yaml } = editAnswer(await editor.validate(edit));
  const isSound = findings.every(({ severity }) => severity === 'warning');
  if (context.format === 'json') context.print(...jsonLines({ path, valid: isSound, yaml, findings }));
  else {
    context.complain(...findings.map(findingLine));
    if (yaml !== null) context.print(...yaml.split('\n'));
  }
  return isSound ? exitCode.ok : exitCode.error;
}

/** A service that does not work is not written. */
export async function requireTest(
  context: CommandContext,
  { editor }: Editing,
  edit: ServiceEdit,
): Promise<void> {
  const { ok, message, remedy } = editAnswer(await editor.test(edit));
  if (!ok) throw new CommandFailure(`the test failed, so nothing was written: ${message}`, { hint: remedy });
  context.tell(message);
}
