/** What a kubectl service forwards to, in kubectl's own words. Pure. */

/** The types that lead to pods, as `TYPE/NAME` names them. */
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
  /** The pods that have these labels: `app=web,tier=db`. */
  | { readonly kind: 'selector'; readonly selector: string };

/** A job has no short name. */
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

/** `svc`, `service` and `services` are one type. */
export const kubeKindOf = (name: string): KubeKind | undefined => byName.get(name);

/** `service/postgres`, as kubectl takes it; labels as they are. */
export const targetName = (target: KubeTarget): string =>
  target.kind === 'selector' ? target.selector : `${target.kind}/${target.name}`;

/** `svc/postgres`. */
export const shortTargetName = (target: KubeTarget): string => {
  if (target.kind === 'selector') return target.selector;
  // `po` would puzzle.
  const short = target.kind === 'pod' ? 'pod' : shortNames[target.kind];
  return `${short}/${target.name}`;
};

/** A name of labels: letters, digits, `-_.`, and a prefix that is a domain (Kubernetes, "Labels and Selectors"). */
const key = String.raw`(?:[a-z\d](?:[a-z\d.-]*[a-z\d])?/)?[A-Za-z\d](?:[\w.-]{0,61}[A-Za-z\d])?`;
const value = String.raw`(?:[A-Za-z\d](?:[\w.-]{0,61}[A-Za-z\d])?)?`;
const term = new RegExp(
  String.raw`^(?:!?${key}|${key} *(?:=|==|!=) *${value}|${key} +(?:in|notin) +\( *${value}(?: *, *${value})* *\))$`,
);

/** Commas inside of parentheses divide values, not terms. */
export const isLabelSelector = (text: string): boolean =>
  text.split(/,(?![^(]*\))/).every((part) => term.test(part.trim()));

/** A name of a port: that of a service is a DNS label (RFC 1123), that of a container is shorter. */
export const isPortName = (name: string): boolean => portName.test(name);

export const portNamePattern = String.raw`^(?=.*[a-z])[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$`;
const portName = new RegExp(portNamePattern);
