/** The text of a config file → services that can run. Pure: nothing but the text and the environment decides. */
import { basename, dirname } from 'node:path';
import { describeCause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { isSecretName, secretsOf } from '../observability/secrets.ts';
import { buildClusterHealth, type ClusterHealthSpecs } from './cluster-health.ts';
import { formatPath, type LineOf } from './config-problem.ts';
import { validateConfig } from './config-validator.ts';
import { substituteEnvironment, type Environment, type Substitution } from './environment-substitution.ts';
import { buildService } from './service-builder.ts';
import { findUnset, putStandIns, usesOfService, warnOfUnset, type UnsetUse } from './unset-variables.ts';
import { parseConfigText } from './yaml-document.ts';

export interface LoadedConfig {
  /** Absolute. */
  readonly path: string;
  /** In the order of the file. */
  readonly services: readonly ServiceSpec[];
  readonly warnings: readonly ConfigProblem[];
  readonly clusterHealth: ClusterHealthSpecs;
  /** Values that must never reach a log: passwords, and variables whose name says so. */
  readonly secrets: readonly string[];
}

export interface CompiledConfig {
  readonly config: LoadedConfig;
  readonly lineOf: LineOf;
}

export interface CompileContext {
  readonly path: string;
  readonly env: Environment;
  readonly homeDirectory: string;
}

export function compileConfig(
  text: string,
  { path, env, homeDirectory }: CompileContext,
): Result<CompiledConfig, readonly ConfigProblem[]> {
  const substitution = substituteEnvironment(text, env);
  const tree = parseConfigText(substitution);
  if (!tree.ok) return tree;
  const { lineOf } = tree.value;
  const { shown, uses } = findUnset(tree.value.root, substitution);
  const unsetPaths = new Set(uses.map((use) => formatPath(use.path)));
  const { file, services, problems } = validateConfig(putStandIns(shown, uses), lineOf, {
    isAt: (place) => unsetPaths.has(formatPath(place)),
    keepsFromRunning: (index) => usesOfService(uses, index, shown).length > 0,
  });
  const inOrder = [...problems, ...warnOfUnset(uses)].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  if (inOrder.some(({ severity }) => severity === 'error')) return err(inOrder);

  const paths = { homeDirectory, configDirectory: dirname(path) };
  const specs = services.map((service, index) =>
    failAlone(buildService(service, file.defaults, paths), usesOfService(uses, index, shown), path),
  );
  const secrets = new Set([...specs.flatMap(secretsOf), ...secretVariables(substitution)]);
  const clusterHealth = buildClusterHealth(file);
  return ok({
    config: { path, services: specs, warnings: inOrder, clusterHealth, secrets: [...secrets] },
    lineOf,
  });
}

/** A service that needs an unset variable says so. A port that depends on one is unknown, which is written 0. */
function failAlone(spec: ServiceSpec, uses: readonly UnsetUse[], path: string): ServiceSpec {
  const [first] = uses;
  if (first === undefined) return spec;
  const isUnset = (key: string): boolean =>
    uses.some((use) => use.path[0] === 'services' && use.path[2] === key);
  const { connection } = spec;
  return {
    ...spec,
    localPort: isUnset('local_port') ? 0 : spec.localPort,
    connection:
      isUnset('remote_port') && connection.technology !== 'command'
        ? { ...connection, remotePort: 0 }
        : connection,
    problem: describeCause('variable-unset', {
      what: first.name,
      evidence: `${formatPath(first.path)}: \${${first.name}} is not set (${basename(path)}:${first.line})`,
    }),
  };
}

const secretVariables = ({ variables }: Substitution): readonly string[] =>
  variables.flatMap(({ name, value }) =>
    value === undefined || value === '' || !isSecretName(name) ? [] : [value],
  );
