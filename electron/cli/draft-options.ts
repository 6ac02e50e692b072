/** Options that stand for fields of a service: for `add` those of its technology, for `edit` all. */
import type { Command } from 'commander';
import type { DraftValue, ServiceDraft } from '../../shared/service-edit.ts';
import { withDraftValue } from '../core/config/edit/draft-path.ts';
import { usageFailure } from './command-failure.ts';

export type DraftKind = 'kubectl' | 'ssh' | 'tcp' | 'command';

interface DraftOption {
  readonly flags: string;
  readonly description: string;
  /** As commander names it. */
  readonly key: string;
  readonly path: readonly string[];
  readonly kinds: readonly DraftKind[];
  readonly isList?: true;
  readonly isSwitch?: true;
  /** What the switch writes; absent: true. */
  readonly writes?: DraftValue;
}

const all: readonly DraftKind[] = ['kubectl', 'ssh', 'tcp', 'command'];

const options: readonly DraftOption[] = [
  { flags: '--name <name>', description: 'name of the service', key: 'name', path: ['name'], kinds: all },
  {
    flags: '--local-port <port>',
    description: 'local port, or "auto" to have LocalPort choose one and keep it',
    key: 'localPort',
    path: ['local_port'],
    kinds: all,
  },
  {
    flags: '--port <port>',
    description: 'port of the target; of Kubernetes targets also by its name',
    key: 'port',
    path: ['remote_port'],
    kinds: ['kubectl', 'command'],
  },
  {
    flags: '--context <name>',
    description: 'kube context; by default the current one',
    key: 'context',
    path: ['connection', 'context'],
    kinds: ['kubectl'],
  },
  {
    flags: '--namespace <name>',
    description: "namespace; by default the context's own",
    key: 'namespace',
    path: ['connection', 'namespace'],
    kinds: ['kubectl'],
  },
  {
    flags: '--selector <labels>',
    description: 'pods by their labels, instead of a name: app=web',
    key: 'selector',
    path: ['connection', 'selector'],
    kinds: ['kubectl'],
  },
  {
    flags: '--kubeconfig <file>',
    description: 'another kubeconfig',
    key: 'kubeconfig',
    path: ['connection', 'kubeconfig'],
    kinds: ['kubectl'],
  },
  {
    flags: '--engine <engine>',
    description: '"kubectl" for a kubectl of its own instead of the streams that forwards of a context share',
    key: 'engine',
    path: ['connection', 'engine'],
    kinds: ['kubectl'],
  },
  {
    flags: '--user <name>',
    description: 'login name; by default what ssh_config says',
    key: 'user',
    path: ['connection', 'user'],
    kinds: ['ssh'],
  },
  {
    flags: '--ssh-port <port>',
    description: 'port of the ssh server; by default what ssh_config says, else 22',
    key: 'sshPort',
    path: ['connection', 'port'],
    kinds: ['ssh'],
  },
  {
    flags: '--key-file <file>',
    description: 'private key; by default what ssh_config or the agent has',
    key: 'keyFile',
    path: ['connection', 'key_file'],
    kinds: ['ssh'],
  },
  {
    flags: '--jump <host>',
    description: 'jump host; given several times, in order',
    key: 'jump',
    path: ['connection', 'jump'],
    kinds: ['ssh'],
    isList: true,
  },
  {
    flags: '--dynamic',
    description: 'a SOCKS proxy: clients name their target',
    key: 'dynamic',
    path: ['dynamic'],
    kinds: ['ssh'],
    isSwitch: true,
  },
  {
    flags: '--reverse',
    description: 'open the port on the server, and lead it to --local-port here',
    key: 'reverse',
    path: ['remote'],
    kinds: ['ssh'],
    isSwitch: true,
  },
  {
    flags: '--bind <address>',
    description: 'address of this computer to listen on, for other machines; by default localhost',
    key: 'bind',
    path: ['bind'],
    kinds: all,
  },
  {
    flags: '--tag <tag>',
    description: 'tag; given several times, all of them',
    key: 'tag',
    path: ['tags'],
    kinds: all,
    isList: true,
  },
  {
    flags: '--guard',
    description: 'ask for a confirmation before it is turned on',
    key: 'guard',
    path: ['guard'],
    kinds: all,
    isSwitch: true,
    writes: 'confirm',
  },
  {
    flags: '--auto-off <duration>',
    description: 'turn it off that long after it was turned on: 2h',
    key: 'autoOff',
    path: ['auto_off'],
    kinds: all,
  },
  {
    flags: '--hold <duration>',
    description: 'how long clients wait for the tunnel: 10s',
    key: 'hold',
    path: ['hold'],
    kinds: all,
  },
  {
    flags: '--description <text>',
    description: 'what it is, for people',
    key: 'description',
    path: ['description'],
    kinds: all,
  },
  {
    flags: '--check <type>',
    description: 'health check: auto, tcp, http, postgres, none and so on',
    key: 'check',
    path: ['health_check', 'type'],
    kinds: all,
  },
];

/** What `edit` has in place of the arguments of `add`. */
const targetOptions: readonly DraftOption[] = [
  {
    flags: '--host <host>',
    description: 'host of a tcp target, or the ssh server',
    key: 'host',
    path: ['connection', 'host'],
    kinds: all,
  },
  {
    flags: '--remote-host <host>',
    description: 'host behind the ssh server',
    key: 'remoteHost',
    path: ['connection', 'remote_host'],
    kinds: all,
  },
];

/** An option that may be given several times. */
export const listed = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

export function addDraftOptions(command: Command, kind: DraftKind | null): Command {
  for (const option of optionsOf(kind)) {
    if (option.isList === true) command.option(option.flags, option.description, listed);
    else command.option(option.flags, option.description);
  }
  return command;
}

const optionsOf = (kind: DraftKind | null): readonly DraftOption[] =>
  kind === null ? [...options, ...targetOptions] : options.filter(({ kinds }) => kinds.includes(kind));

export type DraftOptions = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** A draft with the fields that were given, over the others. */
export const withOptions = (draft: ServiceDraft, given: DraftOptions, kind: DraftKind | null): ServiceDraft =>
  optionsOf(kind).reduce((result, { key, path, isList, writes }) => {
    const value = given[key];
    if (value === undefined) return result;
    return withDraftValue(
      result,
      path,
      isList === true ? [...(value as readonly string[])] : (writes ?? wordValue(value)),
    );
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
