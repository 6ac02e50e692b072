/** The routes of the control contract, found by path. */
import {
  controlRequests,
  controlStreams,
  isControlStream,
  type ControlName,
} from '../../../shared/control-contract.ts';

export interface ControlRoute {
  readonly name: ControlName;
  readonly method: 'GET' | 'POST';
  readonly path: string;
}

/** The table has one type for each name; their common part is enough here. */
export const contractOf = (name: ControlName) =>
  isControlStream(name) ? controlStreams[name] : controlRequests[name];

export function routeOf(name: ControlName): ControlRoute {
  const [method, path] = contractOf(name).route.split(' ') as [ControlRoute['method'], string];
  return { name, method, path };
}

export const allRoutes: readonly ControlRoute[] = [
  ...Object.keys(controlRequests),
  ...Object.keys(controlStreams),
].map((name) => routeOf(name as ControlName));

const byPath: ReadonlyMap<string, ControlRoute> = new Map(allRoutes.map((route) => [route.path, route]));

export const findRoute = (path: string): ControlRoute | undefined => byPath.get(path);

/** Params as a query, which `fromQuery` reads. null and undefined are left out. */
export function toQuery(params: unknown): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params ?? {})) {
    if (value !== null && value !== undefined) query.append(name, String(value));
  }
  return query.size === 0 ? '' : `?${query.toString()}`;
}

/** `true` and `false` are booleans, everything else is text. If a name is repeated, the last value counts. */
export function fromQuery(query: string): Readonly<Record<string, unknown>> {
  const values = [...new URLSearchParams(query)].map(([name, value]) => [name, booleans.get(value) ?? value]);
  return Object.fromEntries(values) as Readonly<Record<string, unknown>>;
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);
