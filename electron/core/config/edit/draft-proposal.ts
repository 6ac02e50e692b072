/** Proposes missing values of a draft, guessed from the rest of it. Pure, except for the search for a free port. */
import { parseBindAddress, type BindAddress } from '../../../../shared/bind-address.ts';
import type { DraftValue, ServiceDraft } from '../../../../shared/service-edit.ts';
import { harmlessHello } from '../harmless-hello.ts';
import { isLoopback } from '../loops.ts';
import { draftValueAt } from './draft-path.ts';

export interface ProposalWorld {
  /** Names of the other services. */
  readonly names: ReadonlySet<string>;
  /** The first port from this one on that is free and not used by another service; null: there is none. */
  readonly freePort: (preferred: number, bind: BindAddress) => Promise<number | null>;
}

/** Ports below 1024 are root's: 80 becomes 8080, 443 8443. */
const privilegedOffset = 8_000;
const firstUnprivileged = 1_024;
const portWithoutAny = 10_000;
const socksPort = 1_080;

/** Common port names in Kubernetes. */
const knownNames: ReadonlyMap<string, number> = new Map(
  Object.entries({
    http: 8080,
    web: 8080,
    https: 8443,
    postgres: 5432,
    postgresql: 5432,
    mysql: 3306,
    redis: 6379,
    kafka: 9092,
    grpc: 50051,
    metrics: 9090,
  }),
);

export async function proposeDraft(draft: ServiceDraft, world: ProposalWorld): Promise<ServiceDraft> {
  const name = draft['name'] ?? freeName(targetName(draft), world.names);
  const port = draft['local_port'] ?? (needsPort(draft) ? await proposedPort(draft, world) : undefined);
  return {
    ...(name === undefined ? {} : { name }),
    ...draft,
    ...(port === undefined || port === null ? {} : { local_port: port }),
  };
}

/** The protocol of the automatic health check; null: the check relies on clients. */
export function automaticCheck(draft: ServiceDraft): string | null {
  const port = numberIn(draft['remote_port']);
  const socket = draft['remote_socket'];
  if (draft['remote'] === true || draft['dynamic'] === true) return null;
  if (typeof socket === 'string' && draft['technology'] === 'ssh') {
    const ssh = { ...bareSsh, remoteSocket: socket };
    return harmlessHello(ssh)?.type ?? null;
  }
  return harmlessHello({ technology: 'tcp', host: 'localhost', remotePort: port ?? 0 })?.type ?? null;
}

const bareSsh = {
  technology: 'ssh',
  host: 'localhost',
  user: null,
  port: null,
  keyFile: null,
  password: null,
  remoteHost: 'localhost',
  remotePort: 0,
  jump: [],
  strictHostKeyChecking: 'accept-new',
} as const;

/** A reverse forward leads to a program's port; a socket may replace the port. */
const needsPort = (draft: ServiceDraft): boolean =>
  draft['remote'] !== true && draft['local_socket'] === undefined;

async function proposedPort(draft: ServiceDraft, { freePort }: ProposalWorld): Promise<number | null> {
  const bind = typeof draft['bind'] === 'string' ? (parseBindAddress(draft['bind']) ?? null) : null;
  return freePort(preferredPort(draft), bind);
}

function preferredPort(draft: ServiceDraft): number {
  if (draft['dynamic'] === true) return socksPort;
  const port = draft['remote_port'];
  const number =
    numberIn(port) ?? (typeof port === 'string' ? knownNames.get(port.toLowerCase()) : undefined);
  if (number === undefined) return portWithoutAny;
  if (number < firstUnprivileged) return number + privilegedOffset;
  return leadsHere(draft) ? number + 1 : number;
}

/** A program on this machine, which may not be running yet: its own port would lead back to the service. */
const leadsHere = (draft: ServiceDraft): boolean => {
  const host = draftValueAt(draft, ['connection', 'host']);
  return draft['technology'] === 'tcp' && typeof host === 'string' && isLoopback(host);
};

const numberIn = (value: DraftValue | undefined): number | undefined => {
  const number = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && number >= 1 && number <= 65_535 ? number : undefined;
};

/** undefined: the target is not known yet. */
function targetName(draft: ServiceDraft): string | undefined {
  const at = (key: string): string | undefined => {
    const value = draftValueAt(draft, ['connection', key]);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const technology = draft['technology'];
  switch (typeof technology === 'string' ? technology : '') {
    case 'kubectl':
      return at('resource_name') ?? /=([\w.-]+)/.exec(at('selector') ?? '')?.[1];
    case 'ssh': {
      const inner = at('remote_host');
      return firstLabel(inner === undefined || inner === 'localhost' ? at('host') : inner);
    }
    case 'tcp':
      return firstLabel(at('host'));
    case 'command': {
      const argv = draftValueAt(draft, ['connection', 'argv']);
      const program: unknown = Array.isArray(argv) ? argv[0] : undefined;
      return typeof program === 'string' ? program.split('/').at(-1) || undefined : undefined;
    }
    default:
      return undefined;
  }
}

/** `db` of `me@db.example.com`; an address is kept whole. */
function firstLabel(host: string | undefined): string | undefined {
  const name = host?.replace(/^ssh:\/\//, '').replace(/^.*@/, '');
  if (name === undefined || name === '' || /^[\d.]+$|:/.test(name)) return name?.replace(/:\d+$/, '');
  return name.split('.')[0];
}

function freeName(wanted: string | undefined, taken: ReadonlySet<string>): string | undefined {
  if (wanted === undefined) return undefined;
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (!taken.has(name)) return name;
  }
}
