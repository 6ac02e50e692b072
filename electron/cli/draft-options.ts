/** Options that set fields of a service: for `add` those of its technology, for `edit` all. */
import { Option, type Command } from 'commander';
import type { DraftValue, ServiceDraft } from '../../shared/service-edit.ts';
import { withDraftValue } from '../core/config/edit/draft-path.ts';
import { usageFailure } from './command-failure.ts';

export type DraftKind = 'kubectl' | 'ssh' | 'tcp' | 'command';

/** The technologies that have it, its flags, its description, and the field that it sets. */
type DraftOption = readonly [kinds: readonly DraftKind[], flags: string, description: string, field: string];

const all: readonly DraftKind[] = ['kubectl', 'ssh', 'tcp', 'command'];

const options: readonly DraftOption[] = [
  [all, '--name <name>', 'name of the service', 'name'],
  [
    all,
    '--local-port <port>',
    'local port, or "auto" to have LocalPort choose one and keep it',
    'local_port',
  ],
  [
    ['kubectl', 'command'],
    '--port <port>',
    'port of the target; of Kubernetes targets also by its name',
    'remote_port',
  ],
  [['kubectl'], '--context <name>', 'kube context; by default the current one', 'connection.context'],
  [['kubectl'], '-n, --namespace <name>', "namespace; by default the context's own", 'connection.namespace'],
  [
    ['kubectl'],
    '--selector <labels>',
    'pods by their labels, instead of a name: app=web',
    'connection.selector',
  ],
  [['kubectl'], '--kubeconfig <file>', 'another kubeconfig', 'connection.kubeconfig'],
  [
    ['kubectl'],
    '--engine <engine>',
    '"kubectl" for a kubectl of its own instead of the streams that forwards of a context share',
    'connection.engine',
  ],
  [['ssh'], '-l, --user <name>', 'login name; by default what ssh_config says', 'connection.user'],
  [
    ['ssh'],
    '-p, --ssh-port <port>',
    'port of the ssh server; by default what ssh_config says, else 22',
    'connection.port',
  ],
  [
    ['ssh'],
    '-i, --key-file <file>',
    'private key; by default what ssh_config or the agent has',
    'connection.key_file',
  ],
  [['ssh'], '-J, --jump <host>', 'jump host; given several times, in order', 'connection.jump'],
  [['ssh'], '--dynamic', 'a SOCKS proxy: clients name their target', 'dynamic'],
  [['ssh'], '--reverse', 'open the port on the server, and lead it to --local-port here', 'remote'],
  [
    all,
    '--bind <address>',
    'address of this computer to listen on, for other machines; by default localhost',
    'bind',
  ],
  [all, '--tag <tag>', 'tag; given several times, all of them', 'tags'],
  [all, '--guard', 'ask for a confirmation before it is turned on', 'guard'],
  [all, '--auto-off <duration>', 'turn it off that long after it was turned on: 2h', 'auto_off'],
  [
    all,
    '--on-demand <duration>',
    'connect for the first client, and disconnect after that time without one: 10m',
    'on_demand',
  ],
  [all, '--hold <duration>', 'how long clients wait for the tunnel: 10s', 'hold'],
  [all, '--description <text>', 'what it is, for people', 'description'],
  [all, '--check <type>', 'health check: auto, tcp, http, postgres, none and so on', 'health_check.type'],
];

/** Options of `edit` in place of the arguments of `add`. */
const targetOptions: readonly DraftOption[] = [
  [all, '--host <host>', 'host of a tcp target, or the ssh server', 'connection.host'],
  [all, '--remote-host <host>', 'host behind the ssh server', 'connection.remote_host'],
];

/** Fields whose option may be given several times. */
const lists: ReadonlySet<string> = new Set(['connection.jump', 'tags']);

/** The value that a flag without an argument writes to its field, if not `true`. */
const switchValues: Readonly<Record<string, string>> = { guard: 'confirm' };

/** An option that may be given several times. */
export const listed = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

export function addDraftOptions(command: Command, kind: DraftKind | null): Command {
  for (const [, flags, description, field] of optionsOf(kind)) {
    if (lists.has(field)) command.option(flags, description, listed);
    else command.option(flags, description);
  }
  return command;
}

const optionsOf = (kind: DraftKind | null): readonly DraftOption[] =>
  kind === null ? [...options, ...targetOptions] : options.filter(([kinds]) => kinds.includes(kind));

export type DraftOptions = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** A draft with the given fields, merged over the others. */
export const withOptions = (draft: ServiceDraft, given: DraftOptions, kind: DraftKind | null): ServiceDraft =>
  optionsOf(kind).reduce((result, [, flags, , field]) => {
    const value = given[new Option(flags).attributeName()];
    if (value === undefined) return result;
    const written = lists.has(field)
      ? [...(value as readonly string[])]
      : (switchValues[field] ?? wordValue(value));
    return withDraftValue(result, field.split('.'), written);
  }, draft);

const wordValue = (value: string | boolean | readonly string[]): DraftValue =>
  typeof value === 'string' ? plainValue(value) : (value as DraftValue);

/** Digits are a number, as they would be in the file. */
export const plainValue = (text: string): string | number =>
  /^[1-9]\d{0,8}$/.test(text) ? Number(text) : text;

/** `--set health_check.interval=5s`; lists and mappings as JSON. */
export function readAssignment(text: string): readonly [path: readonly string[], value: DraftValue] {
  const at = text.indexOf('=');
  if (at < 1) throw usageFailure(`--set: found ${JSON.stringify(text)}, expected FIELD=VALUE`);
  return [readPath('--set', text.slice(0, at)), assignedValue(text.slice(at + 1))];
}

function assignedValue(text: string): DraftValue {
  if (text === 'true' || text === 'false') return text === 'true';
  if (!/^[[{]/.test(text)) return plainValue(text);
  try {
    return JSON.parse(text) as DraftValue;
  } catch {
    throw usageFailure(
      `--set: ${text} is not JSON`,
      'Lists and mappings are written as JSON: \'["a", "b"]\'.',
    );
  }
}

export function readPath(option: string, text: string): readonly string[] {
  const path = text.split('.');
  if (path.includes('')) throw usageFailure(`${option}: ${JSON.stringify(text)} is no field`);
  return path;
}
