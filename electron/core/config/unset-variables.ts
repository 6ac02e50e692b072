/**
 * The effect of an unset variable without a default: only the services that need it fail, with a cause that names it;
 * all others run. So that the rest of such a service can still be parsed and shown, a text keeps `${NAME}` as it is,
 * and a value of another type gets a stand-in, which is never used, since a service with a problem does
 * not run.
 */
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import { clipProblem, formatPath, type ConfigPath } from './config-problem.ts';
import { showVariables, unsetVariablesIn, type Substitution } from './environment-substitution.ts';
import { isMapping, removeAt, replaceAt, valueAt } from './tree-path.ts';

/** A path in the tree where an unset variable is needed. */
export interface UnsetUse {
  readonly name: string;
  readonly path: ConfigPath;
  readonly line: number;
}

type Tree = Readonly<Record<string, unknown>>;

/** Writes unset variables as `${NAME}` again, in a copy of the tree, and returns their paths. */
export function findUnset(
  tree: Tree,
  { variables }: Substitution,
): { readonly shown: Tree; readonly uses: readonly UnsetUse[] } {
  // Most configs have none, and each pass over 50,000 values takes time.
  if (variables.length === 0) return { shown: tree, uses: [] };
  const uses: UnsetUse[] = [];
  const showText = (text: string, path: ConfigPath): string => {
    uses.push(...unsetVariablesIn(text, variables).map(({ name, line }) => ({ name, line, path })));
    return showVariables(text, variables);
  };
  const show = (value: unknown, path: ConfigPath): unknown => {
    if (typeof value === 'string') return showText(value, path);
    if (Array.isArray(value)) return value.map((item, index) => show(item, [...path, index]));
    return isMapping(value) ? showMapping(value, path) : value;
  };
  const showMapping = (mapping: Tree, path: ConfigPath): Tree =>
    Object.fromEntries(
      Object.entries(mapping).map(([key, item]) => {
        const shownKey = showText(key, path);
        return [shownKey, show(item, [...path, shownKey])];
      }),
    );
  return { shown: showMapping(tree, []), uses };
}

const isOfService = ({ path }: UnsetUse): boolean => path[0] === 'services';

/** Whether it is in a default that services inherit. */
const isInherited = ({ path: [top, section] }: UnsetUse): boolean =>
  top === 'defaults' && (section === 'health_check' || section === 'restart_policy');

/** A warning for each use outside of services: the key is left out. Anchors under `x-…` count where they are used. */
export function warnOfUnset(uses: readonly UnsetUse[]): readonly ConfigProblem[] {
  return uses
    .filter((use) => !isOfService(use) && !isInherited(use) && !String(use.path[0]).startsWith('x-'))
    .map(({ name, path, line }) => ({
      severity: 'warning',
      path: formatPath(path),
      line,
      message: `the environment variable ${name} is not set and has no default, so this is left out`,
    }));
}

/** The error of a service that needs it. */
export const describeUnset = ({ name, path, line }: UnsetUse): ConfigProblem =>
  clipProblem({ severity: 'error', path: formatPath(path), line, message: `\${${name}} is not set` });

/** The maximum number of paths in defaults that need a variable: more than there are keys, so only a broken file exceeds it. */
const maxInheritedPlaces = 200;

/** The uses that keep a service from running, by index: its own, and those in defaults that it does not override. */
export function usesByService(uses: readonly UnsetUse[], tree: Tree): (index: number) => readonly UnsetUse[] {
  const own = new Map<unknown, UnsetUse[]>();
  const inherited = new Map<string, UnsetUse>();
  for (const use of uses) {
    if (isOfService(use)) {
      const known = own.get(use.path[1]);
      if (known === undefined) own.set(use.path[1], [use]);
      else known.push(use);
    }
    if (isInherited(use) && inherited.size < maxInheritedPlaces) {
      // All values below one key are overridden together: the first use represents the others.
      const key = formatPath(overriddenKey(use.path.slice(1)));
      if (!inherited.has(key)) inherited.set(key, use);
    }
  }
  const places = new Map(uses.map((use, place) => [use, place]));
  const inOrder = (one: UnsetUse, other: UnsetUse): number =>
    (places.get(one) ?? 0) - (places.get(other) ?? 0);
  return (index) => {
    const needed = [...inherited.values()].filter(
      ({ path }) => !isOverridden(path.slice(1), valueAt(tree, ['services', index]), tree),
    );
    return [...(own.get(index) ?? []), ...needed].sort(inOrder);
  };
}

const overriddenKey = (path: ConfigPath): ConfigPath => path.slice(0, path[1] === 'config' ? 3 : 2);

/** `path` begins with health_check or restart_policy. A check of another type inherits none of the probe's settings. */
function isOverridden(path: ConfigPath, service: unknown, tree: Tree): boolean {
  const isOfProbe = path[1] === 'config';
  if (valueAt(service, overriddenKey(path)) !== undefined) return true;
  const ownType = valueAt(service, ['health_check', 'type']);
  return (
    isOfProbe && ownType !== undefined && ownType !== valueAt(tree, ['defaults', 'health_check', 'type'])
  );
}

/** Keys whose value may be any text, so that it can be shown as `${NAME}`. */
const textKeys =
  /^(name|description|tags|local_socket|local_host|remote_socket|connection\.(host|user|key_file|password|namespace|context|kubeconfig|resource_name|selector|remote_host|remote_socket|jump|argv\[)|health_check\.config\.argv\[)/;

/** A copy of the shown tree in which the values of unset variables have the types that their keys require. */
export function putStandIns(shown: Tree, uses: readonly UnsetUse[]): Tree {
  if (uses.length === 0) return shown;
  const tree = structuredTree(shown);
  for (const use of uses) {
    const [, index, key] = use.path;
    if (!isOfService(use)) removeAt(tree, use.path);
    else if (index !== undefined && key !== undefined)
      putStandIn(tree, ['services', index], use.path.slice(2));
  }
  return tree;
}

function putStandIn(tree: Tree, service: ConfigPath, path: ConfigPath): void {
  const key = formatPath(path);
  if (key === 'local_port' || key === 'remote_port') replaceAt(tree, [...service, key], 1);
  else if (key === 'technology' || key === 'connection' || key === 'connection.argv') {
    replaceAt(tree, [...service, 'technology'], 'command');
    replaceAt(tree, [...service, 'connection'], { argv: ['unknown', '{local_port}'] });
  } else if (!textKeys.test(key)) removeAt(tree, [...service, ...path]);
}

function structuredTree(value: Tree): Tree;
function structuredTree(value: unknown): unknown;
function structuredTree(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => structuredTree(item));
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, structuredTree(item)]));
}
