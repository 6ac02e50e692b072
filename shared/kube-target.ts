/** What a kubectl service forwards to, in kubectl's own terms. Pure. */

/** The resource types that lead to pods, as in `TYPE/NAME`. */
export const kubeKinds = [
  'service',
  'pod',
  'deployment',
  'statefulset',
  'daemonset',
  'replicaset',
  'job',
] as const;
export type KubeKind = (typeof kubeKinds)[number];

export type KubeTarget =
  | { readonly kind: KubeKind; readonly name: string }
  /** The pods with these labels: `app=web,tier=db`. */
  | { readonly kind: 'selector'; readonly selector: string };

/** Jobs have no short name. */
const shortNames: Readonly<Record<KubeKind, string>> = {
  service: 'svc',
  pod: 'po',
  deployment: 'deploy',
  statefulset: 'sts',
  daemonset: 'ds',
  replicaset: 'rs',
  job: 'job',
};

/** The plural, as in the paths of the API. */
export const pluralOf = (kind: KubeKind): string => `${kind}s`;

const byName: ReadonlyMap<string, KubeKind> = new Map(
  kubeKinds.flatMap((kind) =>
    [kind, pluralOf(kind), shortNames[kind]].map((name): [string, KubeKind] => [name, kind]),
  ),
);

/** Every name that `kubeKindOf` knows. */
export const kubeKindNames: readonly string[] = [...byName.keys()];

/** `svc`, `service`, `services`, and `Service` are the same type, as for kubectl. */
export const kubeKindOf = (name: string): KubeKind | undefined => byName.get(name.toLowerCase());

/** `service/postgres`, as kubectl accepts it; labels verbatim. */
export const targetName = (target: KubeTarget): string =>
  target.kind === 'selector' ? target.selector : `${target.kind}/${target.name}`;

/** `svc/postgres`. */
export const shortTargetName = (target: KubeTarget): string => {
  if (target.kind === 'selector') return target.selector;
  // `po` would confuse users.
  const short = target.kind === 'pod' ? 'pod' : shortNames[target.kind];
  return `${short}/${target.name}`;
};

/** A label key: letters, digits, `-_.`, with an optional DNS prefix (Kubernetes, "Labels and Selectors"). */
const key = String.raw`(?:[a-z\d](?:[a-z\d.-]*[a-z\d])?/)?[A-Za-z\d](?:[\w.-]{0,61}[A-Za-z\d])?`;
const value = String.raw`(?:[A-Za-z\d](?:[\w.-]{0,61}[A-Za-z\d])?)?`;
const term = new RegExp(
  String.raw`^(?:!?${key}|${key} *(?:=|==|!=) *${value}|${key} +(?:in|notin) +\( *${value}(?: *, *${value})* *\))$`,
);

/** Commas inside parentheses separate values, not requirements. */
export const isLabelSelector = (text: string): boolean =>
  text.split(/,(?![^(]*\))/).every((part) => term.test(part.trim()));

/** A port name: a DNS label (RFC 1123) for a service, shorter for a container. */
export const isPortName = (name: string): boolean => portName.test(name);

export const portNamePattern = String.raw`^(?=.*[a-z])[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$`;
const portName = new RegExp(portNamePattern);
