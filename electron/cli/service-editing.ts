/** Edits the config: through the host that runs it, or in this process if no host does. */
import type {
  ControlRequestName,
  ControlRequestParams,
  ControlResult,
} from '../../shared/control-contract.ts';
import { err, type Result } from '../../shared/result.ts';
import type { ServiceEditor } from '../../shared/service-edit.ts';
import { ConfigEditor } from '../core/config/edit/config-editor.ts';
import { EditJournal } from '../core/config/edit/edit-journal.ts';
import { workInProcess } from '../core/config/edit/text-work.ts';
import type { NamedListenAddress } from '../core/config/edit/port-search.ts';
import { compileInProcess } from '../core/config/in-process-compiler.ts';
import { TrustStore } from '../core/config/trust-store.ts';
import type { ControlClient } from '../core/control/control-client.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { chooseConfigFile, namedConfig, requireTrustIn } from './config-choice.ts';
import { readConfig } from './configured-services.ts';
import { answerOf, closing, findHost } from './host-connection.ts';

export interface Editing {
  readonly editor: ServiceEditor;
  readonly path: string;
  /** The host that has the config in force; null: none runs it. */
  readonly client: ControlClient | null;
  /** The config of a host that runs another one; null: there is no such host. */
  readonly otherConfig: string | null;
}

/** As long as a login with questions may take. */
const testTimeoutMs = 6 * 60_000;
/** A host checks up to 1,000 new services, and starts them. */
const importTimeoutMs = 2 * 60_000;

/** A config that the user names is used, whatever a host runs. */
export async function withEditing<T>(
  context: CommandContext,
  work: (editing: Editing) => Promise<T>,
): Promise<T> {
  const client = await findHost(context);
  if (client === null) return work(await ownEditing(context));
  return closing(client, async () => {
    const { config } = answerOf(await client.request('snapshot', {}));
    const named = context.options.config === undefined ? null : namedConfig(context);
    if (config.path === null || (named !== null && named !== config.path))
      return work({ ...(await ownEditing(context)), otherConfig: config.path });
    return work({ editor: hostEditor(client), path: config.path, client, otherConfig: null });
  });
}

function hostEditor(client: ControlClient): ServiceEditor {
  const asking =
    <R extends ControlRequestName>(name: R, timeoutMs?: number) =>
    async (request: ControlRequestParams<R>): Promise<Result<ControlResult<R>, string>> => {
      const answer = await client.request(name, request, timeoutMs);
      return answer.ok ? answer : err(answer.error.message);
    };
  return {
    read: asking('read-service'),
    propose: asking('propose-service'),
    validate: asking('validate-service'),
    test: asking('test-service', testTimeoutMs),
    portHolder: asking('port-holder'),
    save: asking('save-service'),
    addAll: asking('add-services', importTimeoutMs),
    remove: asking('remove-service'),
    undo: asking('undo-edit'),
  };
}

async function ownEditing(context: CommandContext): Promise<Editing> {
  const { paths, uid, homeDirectory, env, clock } = context;
  const found = chooseConfigFile(context);
  await requireTrustIn(context, found);
  const file = found?.path ?? paths.defaultConfigPath;
  const { stateDirectory } = paths;
  const editor = new ConfigEditor({
    path: file,
    needsTrust: found?.foundBy === 'folder',
    trust: new TrustStore(stateDirectory),
    journal: new EditJournal(stateDirectory, clock),
    stateDirectory,
    uid,
    homeDirectory,
    environment: () => env,
    compile: compileInProcess,
    work: workInProcess,
    clock,
    listenAddresses: () => listenAddressesIn(context, file),
    tryOut: async (service) => (await import('./own-trial.ts')).tryHere(context, service),
    onWritten: () => Promise.resolve(),
  });
  return { editor, path: file, client: null, otherConfig: null };
}

/** The local ports that the file's services want; none is open, because nothing is running. */
async function listenAddressesIn(
  context: CommandContext,
  file: string,
): Promise<readonly NamedListenAddress[]> {
  const loaded = await readConfig(context, file);
  return loaded.ok
    ? loaded.value.services.map(({ name, bind, localPort, enabled }) => ({
        name,
        bind,
        localPort,
        isOn: enabled,
        isOpen: false,
      }))
    : [];
}

/** A refusal is a failure with a message. */
export function editAnswer<T>(answer: Result<T, string>): T {
  if (answer.ok) return answer.value;
  throw new CommandFailure(answer.error);
}
