/**
 * Converts between the form's fields and a draft. Keys that the form does not show (checks, policies, key files) are left
 * unchanged. Pure.
 */
import { kubeKindOf } from '../../shared/kube-target.ts';
import type { DraftValue, ServiceDraft } from '../../shared/service-edit.ts';
import { joinWords, splitWords } from '../../shared/command-words.ts';

export const kinds = ['kubectl', 'ssh', 'tcp', 'command'] as const;
export type Kind = (typeof kinds)[number];

export const kindLabels: Readonly<Record<Kind, string>> = {
  kubectl: 'Kubernetes',
  ssh: 'SSH',
  tcp: 'TCP',
  command: 'Command',
};

/** The values as typed; empty: the key is absent. */
export interface FormValues {
  readonly kind: Kind;
  readonly name: string;
  readonly localPort: string;
  readonly remotePort: string;
  readonly group: string;
  /** kubectl */
  readonly context: string;
  readonly namespace: string;
  readonly resource: string;
  /** ssh, tcp */
  readonly host: string;
  /** ssh */
  readonly remoteHost: string;
  /** command */
  readonly command: string;
  /** Under "More". kubectl only: `kubectl`, or empty for LocalPort's own streams. */
  readonly engine: string;
  /** Durations: `10s`. */
  readonly hold: string;
  readonly autoOff: string;
  /** `true`, or how long it stays connected without a client. */
  readonly onDemand: string;
  /** `confirm` */
  readonly guard: string;
}

export type FieldName = Exclude<keyof FormValues, 'kind'>;

/** The fields under "More". */
export type MoreFieldName = Extract<FieldName, 'engine' | 'hold' | 'onDemand' | 'autoOff' | 'guard'>;

export const emptyForm: FormValues = {
  kind: 'kubectl',
  name: '',
  localPort: '',
  remotePort: '',
  group: '',
  context: '',
  namespace: '',
  resource: '',
  host: '',
  remoteHost: '',
  command: '',
  engine: '',
  hold: '',
  autoOff: '',
  onDemand: '',
  guard: '',
};

type Mapping = Readonly<Record<string, DraftValue>>;

const isMapping = (value: DraftValue | undefined): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: DraftValue | undefined): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
const listOf = (value: DraftValue | undefined): readonly DraftValue[] => (Array.isArray(value) ? value : []);
const isKind = (value: DraftValue | undefined): value is Kind => kinds.some((kind) => kind === value);

export function valuesOf(draft: ServiceDraft): FormValues {
  const connection = isMapping(draft['connection']) ? draft['connection'] : {};
  const technology = draft['technology'];
  return {
    kind: isKind(technology) ? technology : 'kubectl',
    name: textOf(draft['name']),
    localPort: textOf(draft['local_port']),
    remotePort: textOf(draft['remote_port']),
    group: textOf(listOf(draft['tags'])[0]),
    context: textOf(connection['context']),
    namespace: textOf(connection['namespace']),
    resource: resourceOf(connection),
    host: textOf(connection['host']),
    remoteHost: textOf(connection['remote_host']),
    command: joinWords(listOf(connection['argv']).map(textOf)),
    engine: textOf(connection['engine']),
    hold: textOf(draft['hold']),
    autoOff: textOf(draft['auto_off']),
    onDemand: draft['on_demand'] === true ? 'true' : textOf(draft['on_demand']),
    guard: textOf(draft['guard']),
  };
}

/** `deployment/api`; a Kubernetes service needs no type, and a label selector is written verbatim. */
function resourceOf(connection: Mapping): string {
  const [type, name] = [textOf(connection['resource_type']), textOf(connection['resource_name'])];
  if (textOf(connection['selector']) !== '') return textOf(connection['selector']);
  return type === '' || name.includes('/') ? name : `${type}/${name}`;
}

/** `base`: the draft that the form started from. */
export function draftOf(values: FormValues, base: ServiceDraft): ServiceDraft {
  const kept = base['technology'] === values.kind && isMapping(base['connection']) ? base['connection'] : {};
  const tags = listOf(base['tags']);
  return without({
    ...base,
    name: values.name.trim() || undefined,
    technology: values.kind,
    local_port: portOf(values.localPort),
    remote_port:
      values.kind === 'command' && values.remotePort === '' ? undefined : portOf(values.remotePort),
    tags: tagsOf(values.group.trim(), tags),
    hold: changedTo(values.hold, base['hold']),
    auto_off: changedTo(values.autoOff, base['auto_off']),
    on_demand: onDemandOf(values.onDemand, base['on_demand']),
    guard: changedTo(values.guard, base['guard']),
    connection: without({ ...kept, ...connectionOf(values, kept) }),
  });
}

function connectionOf(values: FormValues, kept: Mapping): Readonly<Record<string, DraftValue | undefined>> {
  const { kind, context, namespace, resource, host, remoteHost, command, engine } = values;
  const orAbsent = (text: string): string | undefined => text.trim() || undefined;
  switch (kind) {
    case 'kubectl':
      return {
        context: orAbsent(context),
        namespace: orAbsent(namespace),
        ...(resource === resourceOf(kept) ? {} : targetOf(resource.trim())),
        engine: orAbsent(engine),
      };
    case 'ssh':
      return { host: orAbsent(host), remote_host: orAbsent(remoteHost) };
    case 'tcp':
      return { host: orAbsent(host) };
    case 'command':
      return { argv: [...splitWords(command)] };
  }
}

/** Parses `deployment/api`, `api` for a service, or `app=web` for labels. */
function targetOf(text: string): Readonly<Record<string, DraftValue | undefined>> {
  const nothing = { resource_type: undefined, resource_name: undefined, selector: undefined };
  if (text === '') return nothing;
  if (text.includes('=')) return { ...nothing, selector: text };
  const [type = '', name, ...more] = text.split('/');
  const kind = name === undefined || more.length > 0 ? undefined : kubeKindOf(type);
  // The schema rejects any other type with a message.
  if (kind === undefined) return { ...nothing, resource_name: text };
  return { ...nothing, resource_type: kind === 'service' ? undefined : kind, resource_name: name };
}

/** A number if possible; the schema rejects anything else with a message. */
function portOf(text: string): number | string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return /^\d+$/.test(trimmed) ? Number(trimmed) : trimmed;
}

/** The original value if the field is unchanged, so that `"7200"` is not rewritten as 7200. */
const changedTo = (text: string, former: DraftValue | undefined): DraftValue | undefined =>
  text === textOf(former) ? former : portOf(text);

/** The form only turns it on and off: a written time stays. */
const onDemandOf = (text: string, former: DraftValue | undefined): DraftValue | undefined =>
  text === 'true' ? true : changedTo(text, former === true ? undefined : former);

function tagsOf(group: string, before: readonly DraftValue[]): DraftValue | undefined {
  const rest = before.slice(1).filter((tag) => tag !== group);
  const tags = [...(group === '' ? [] : [group]), ...rest];
  return tags.length === 0 ? undefined : tags;
}

const without = (keys: Readonly<Record<string, DraftValue | undefined>>): Record<string, DraftValue> =>
  Object.fromEntries(
    Object.entries(keys).filter((entry): entry is [string, DraftValue] => entry[1] !== undefined),
  );

/** The fields of each kind, in display order. */
export const fieldsOf: Readonly<Record<Kind, readonly FieldName[]>> = {
  kubectl: ['context', 'namespace', 'resource', 'remotePort', 'name', 'localPort', 'group'],
  ssh: ['host', 'remoteHost', 'remotePort', 'name', 'localPort', 'group'],
  tcp: ['host', 'remotePort', 'name', 'localPort', 'group'],
  command: ['command', 'name', 'localPort', 'group'],
};

export const kubeconfigOf = ({ connection }: ServiceDraft): DraftValue | undefined =>
  isMapping(connection) ? connection['kubeconfig'] : undefined;

export function withContext(draft: ServiceDraft, context: string): ServiceDraft {
  const connection = isMapping(draft['connection']) ? draft['connection'] : {};
  return { ...draft, connection: { ...connection, context } };
}

const moreFields = ['hold', 'onDemand', 'autoOff', 'guard'] as const;

/** Rarely needed fields, in the order shown under "More". */
export const moreFieldsOf = (kind: Kind): readonly MoreFieldName[] =>
  kind === 'kubectl' ? ['engine', ...moreFields] : moreFields;
