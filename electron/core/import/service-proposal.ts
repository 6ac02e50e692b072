/** Services that an import proposes: names and local ports made unique. Pure. */

export interface Proposal {
  readonly name: string;
  /** Used if the name is taken, before numbers are tried. */
  readonly longName?: string;
  readonly technology: 'kubectl' | 'ssh';
  /** The local port, if it is free; null: no preference. */
  readonly preferredPort: number | null;
  /** The keys besides `local_port` that define its two ends. */
  readonly ends: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly connection: Readonly<Record<string, unknown>>;
}

/** A local port that differs from the preferred one. */
export interface ChangedPort {
  readonly name: string;
  readonly wanted: number;
  readonly given: number;
}

export interface Drafts {
  /** For `services:`. */
  readonly entries: readonly object[];
  /** Only root may open the preferred port. */
  readonly raisedPorts: readonly ChangedPort[];
  /** The current config or an earlier proposal uses the preferred port. */
  readonly takenPorts: readonly ChangedPort[];
}

export interface Taken {
  readonly names: ReadonlySet<string>;
  readonly ports: ReadonlySet<number>;
}

/** Ports below 1024 are root's: 80 becomes 8080, 443 8443. */
const privilegedOffset = 8_000;
const firstFreePort = 10_000;
const lastPort = 65_535;

/** Entries for `services:`, with names and ports that are not taken. */
export function draftEntries(proposals: readonly Proposal[], taken: Taken): Drafts {
  const names = new Set(taken.names);
  const ports = new Set(taken.ports);
  const raisedPorts: ChangedPort[] = [];
  const takenPorts: ChangedPort[] = [];
  const entries = proposals.flatMap((proposal) => {
    const { preferredPort } = proposal;
    const port = preferredPort === null ? null : freePort(preferredPort, ports);
    if (preferredPort !== null && port === null) return [];
    const name = freeName(proposal, names);
    names.add(name);
    if (port !== null) ports.add(port);
    if (port !== null && preferredPort !== null && port !== preferredPort) {
      const changed = { name, wanted: preferredPort, given: port };
      (port === unprivileged(preferredPort) ? raisedPorts : takenPorts).push(changed);
    }
    const { technology, ends, tags, connection } = proposal;
    const local = port === null ? {} : { local_port: port };
    return [{ name, technology, ...local, ...ends, ...(tags.length === 0 ? {} : { tags }), connection }];
  });
  return { entries, raisedPorts, takenPorts };
}

const unprivileged = (port: number): number => (port < 1024 ? port + privilegedOffset : port);

function freePort(preferred: number, taken: ReadonlySet<number>): number | null {
  const first = unprivileged(preferred);
  if (!taken.has(first)) return first;
  for (let port = Math.max(first + 1, firstFreePort); port <= lastPort; port++)
    if (!taken.has(port)) return port;
  return null;
}

function freeName({ name: wanted, longName = wanted }: Proposal, taken: ReadonlySet<string>): string {
  if (taken.has(wanted) && !taken.has(longName)) return longName;
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.has(name)) return name;
  }
}
