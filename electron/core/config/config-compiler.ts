/** The text of a config file → services that can run. Pure: the result depends only on the text and the environment. */
import { dirname } from 'node:path';
import { describeCause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { secretDefaults } from '../observability/written-secrets.ts';
import { isSecretName } from '../observability/secret-names.ts';
import { secretsOf } from '../secrets/secret-values.ts';
import { buildClusterHealth, type ClusterHealthSpecs } from './cluster-health.ts';
import { boundedProblems, formatPath, formatLocation, formatProblem, type LineOf } from './config-problem.ts';
import { validateConfig } from './config-validator.ts';
import { substituteEnvironment, type Environment, type Substitution } from './environment-substitution.ts';
import { describeFaulty, faultsOfEntries, type FaultyEntries } from './faulty-entries.ts';
import { fileOf } from './needed-file.ts';
import { warnOfPlainPasswords } from './plain-passwords.ts';
import { buildService } from './service-builder.ts';
import { valueAt } from './tree-path.ts';
import {
  findUnset,
  putStandIns,
  describeUnset,
  usesByService,
  warnOfUnset,
  type UnsetUse,
} from './unset-variables.ts';
import { withOrigin } from './variable-origin.ts';
import { parseConfigText } from './yaml-document.ts';

export interface LoadedConfig {
  /** Absolute. */
  readonly path: string;
  /** In the order of the file. */
  readonly services: readonly ServiceSpec[];
  /** Including the errors of entries, with `salvage`. */
  readonly warnings: readonly ConfigProblem[];
  readonly clusterHealth: ClusterHealthSpecs;
  /** Entries with errors. Those with a usable name are among the services, with their problem; empty without `salvage`. */
  readonly faulty: FaultyEntries;
  /** Values that must never reach a log: passwords, and variables with the name of a secret. */
  readonly secrets: readonly string[];
}

/** Plain data, since it may come from another thread as a structured clone. */
export interface CompiledConfig {
  readonly config: LoadedConfig;
  /** Where the config names the file that a service needs, by service name; only services that name one. */
  readonly fileLocations: ReadonlyMap<string, string>;
}

export interface CompileContext {
  readonly path: string;
  readonly env: Environment;
  readonly homeDirectory: string;
  /** Accept the file although entries of services have errors: those become services with a problem. */
  readonly salvage?: boolean;
}

/** A compilation, in this thread or another. Never rejects; after `signal` aborts, the result is meaningless. */
export type ConfigCompiler = (
  text: string,
  context: CompileContext,
  signal: AbortSignal,
) => Promise<Result<CompiledConfig, readonly ConfigProblem[]>>;

export function compileConfig(
  text: string,
  { path, env, homeDirectory, salvage = false }: CompileContext,
): Result<CompiledConfig, readonly ConfigProblem[]> {
  const substitution = substituteEnvironment(text, env);
  const tree = parseConfigText(substitution);
  if (!tree.ok) return err(boundedProblems(tree.error));
  const { lineOf } = tree.value;
  const { shown, uses } = findUnset(tree.value.root, substitution);
  const usesOf = usesByService(uses, shown);
  const unsetPaths = new Set(uses.map((use) => formatPath(use.path)));
  const { file, services, entries, problems, dropped } = validateConfig(putStandIns(shown, uses), lineOf, {
    isAt: (place) => unsetPaths.has(formatPath(place)),
    keepsFromRunning: (index) => usesOf(index).length > 0,
  });
  const warnings = [...warnOfUnset(uses), ...warnOfPlainPasswords(services, substitution, lineOf)];
  const inOrder = [...problems, ...warnings]
    .map((problem) => withService(withOrigin(problem, substitution), tree.value.root))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const faults = faultsOfEntries(inOrder);
  if (faults === null || (faults.size > 0 && !salvage)) return err(boundedProblems(inOrder, dropped));

  const paths = { homeDirectory, configDirectory: dirname(path) };
  const faultyEntries = describeFaulty({ entries, services, faults }, { path, paths });
  const built = services.flatMap((service, index) => {
    const faulty = faultyEntries.specs.get(index);
    if (faulty !== undefined) return [{ index, spec: faulty }];
    if (service === null || faults.has(index)) return [];
    const spec = buildService(service, file.defaults, paths);
    return [{ index, spec: failAlone(spec, usesOf(index), path) }];
  });
  const specs = built.map(({ spec }) => spec);
  const secrets = new Set([
    ...specs.flatMap(secretsOf),
    ...secretVariables(substitution),
    ...secretDefaults(text, env),
  ]);
  const clusterHealth = buildClusterHealth(file);
  return ok({
    config: {
      path,
      services: specs,
      warnings: boundedProblems(inOrder, dropped),
      clusterHealth,
      faulty: faultyEntries.faulty,
      secrets: [...secrets],
    },
    fileLocations: new Map(built.flatMap((entry) => locationOfFile(entry, lineOf, path))),
  });
}

/** The name as written. */
function withService(problem: ConfigProblem, root: unknown): ConfigProblem {
  const index = /^services\[(\d+)\]/.exec(problem.path)?.[1];
  const name = index === undefined ? undefined : valueAt(root, ['services', Number(index), 'name']);
  return typeof name === 'string' && name !== '' ? { ...problem, service: name } : problem;
}

function locationOfFile(
  { index, spec }: { readonly index: number; readonly spec: ServiceSpec },
  lineOf: LineOf,
  path: string,
): readonly (readonly [name: string, location: string])[] {
  const { name, connection } = spec;
  const needed = fileOf(connection);
  if (needed === null) return [];
  const location = ['services', index, 'connection', needed.key];
  return [[name, formatLocation(location, lineOf(location), path)]];
}

/** Gives a service that needs an unset variable a problem. A port that depends on one is unknown, represented as 0. */
function failAlone(spec: ServiceSpec, uses: readonly UnsetUse[], path: string): ServiceSpec {
  const [first] = uses;
  if (first === undefined) return spec;
  const isUnset = (key: string): boolean =>
    uses.some((use) => use.path[0] === 'services' && use.path[2] === key);
  const { connection } = spec;
  return {
    ...spec,
    localPort: isUnset('local_port') ? 0 : spec.localPort,
    connection: {
      ...connection,
      ...(isUnset('remote_port') && connection.technology !== 'command' ? { remotePort: 0 } : {}),
      ...(isUnset('local_port') && connection.technology === 'ssh' && connection.localTarget !== undefined
        ? { localTarget: { ...connection.localTarget, port: 0 } }
        : {}),
    },
    problem: describeCause('variable-unset', {
      what: first.name,
      evidence: formatProblem(describeUnset(first), path),
    }),
  };
}

const secretVariables = ({ variables }: Substitution): readonly string[] =>
  variables.flatMap(({ name, value }) =>
    value === undefined || value === '' || !isSecretName(name) ? [] : [value],
  );
