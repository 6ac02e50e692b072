/**
 * Service entries with errors, in a file that is otherwise readable: each becomes a service that does not run and says
 * why, if it can be identified. Pure.
 */
import type { BindAddress } from '../../../shared/bind-address.ts';
import { describeCause } from '../../../shared/failure.ts';
import { serviceSchema } from '../../../shared/config-schema.ts';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import type { Connection, ServiceSpec } from '../../../shared/service-spec.ts';
import { formatProblemLocation } from './config-problem.ts';
import type { ValidService } from './entries-together.ts';
import type { PathContext } from './expanded-path.ts';
import { buildConnection } from './service-builder.ts';
import { bareService } from './service-defaults.ts';
import { isReverseEntry } from './reverse-entry.ts';
import { valueAt } from './tree-path.ts';

export interface FaultyEntries {
  readonly names: ReadonlySet<string>;
  /** Some have no name, or the name of another service, so they cannot be identified. */
  readonly hasNameless: boolean;
}

/** The first error of each entry, by index; null if there is an error elsewhere in the file. */
export function faultsOfEntries(
  problems: readonly ConfigProblem[],
): ReadonlyMap<number, ConfigProblem> | null {
  const faults = new Map<number, ConfigProblem>();
  for (const problem of problems) {
    if (problem.severity !== 'error') continue;
    const index = /^services\[(\d+)\]/.exec(problem.path)?.[1];
    if (index === undefined) return null;
    if (!faults.has(Number(index))) faults.set(Number(index), problem);
  }
  return faults;
}

interface Entries {
  readonly entries: readonly unknown[];
  readonly services: readonly (ValidService | null)[];
  readonly faults: ReadonlyMap<number, ConfigProblem>;
}

export function describeFaulty(
  { entries, services, faults }: Entries,
  { path, paths }: { readonly path: string; readonly paths: PathContext },
): { readonly specs: ReadonlyMap<number, ServiceSpec>; readonly faulty: FaultyEntries } {
  const names = entries.map(nameOf);
  const ports = entries.map(portOf);
  const isAlone = (values: readonly unknown[], index: number): boolean =>
    values.filter((value) => value === values[index]).length === 1;
  const specs = new Map<number, ServiceSpec>();
  for (const [index, problem] of faults) {
    const name = names[index] ?? null;
    if (name === null || !isAlone(names, index)) continue;
    const service = services[index] ?? null;
    const port = ports[index] ?? null;
    const bare = bareService({
      name,
      // 0 means unknown: a port of another service must not be opened.
      localPort: port !== null && isAlone(ports, index) ? port : 0,
      bind: bindOf(entries[index]),
      connection: service === null ? unknownConnection : connectionOf(service, paths),
    });
    const key = problem.path.replace(/^services\[\d+\]\.?/, '');
    specs.set(index, {
      ...bare,
      enabled: enabledOf(entries[index]),
      problem: describeCause('config-invalid', {
        what: key === '' ? problem.message : `${key}: ${problem.message}`,
        evidence: formatProblemLocation(problem, path),
      }),
    });
  }
  const known = new Set([...specs.values()].map(({ name }) => name));
  return { specs, faulty: { names: known, hasNameless: known.size < faults.size } };
}

const unknownConnection: Connection = { technology: 'command', argv: ['unknown'], remotePort: null };

const connectionOf = ({ service, connection }: ValidService, paths: PathContext): Connection =>
  buildConnection(connection, service, paths);

const { name, local_port: localPort, bind, enabled } = serviceSchema.out.shape;
const nameOf = (entry: unknown): string | null => name.safeParse(valueAt(entry, ['name'])).data ?? null;
/** The port of a reverse forward belongs to a program. */
const portOf = (entry: unknown): number | null =>
  isReverseEntry(entry) ? null : numberOrNull(localPort.safeParse(valueAt(entry, ['local_port'])).data);
const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const bindOf = (entry: unknown): BindAddress => bind.safeParse(valueAt(entry, ['bind'])).data ?? null;
const enabledOf = (entry: unknown): boolean => enabled.safeParse(valueAt(entry, ['enabled'])).data ?? true;
