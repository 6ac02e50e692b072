import { readFile } from 'node:fs/promises';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { visibleLine } from '../../../shared/visible-text.ts';
import { isFromStarter } from '../../core/config/starter-config.ts';
import type { Action } from '../command-context.ts';
import { usageFailure } from '../command-failure.ts';
import { readConfig, requireConfigFile } from '../configured-services.ts';
import { isTrusted, trustCommand } from '../config-trust.ts';
import { exitCode } from '../exit-code.ts';
import { showCount } from '../output/quantity.ts';
import { problemLines } from '../output/problem-lines.ts';
import { causeInShort } from '../output/service-words.ts';
import { jsonLines } from '../output/json-lines.ts';

/**
 * Checks the file as a host would. A service that fails alone, for example because a key file is missing, gets a
 * warning.
 */
export const configValidate: Action = async (context, _options, [named, ...more]) => {
  if (more.length > 0) throw usageFailure('one file at a time');
  const path = named ?? requireConfigFile(context).path;
  const loaded = await readConfig(context, path);
  const problems = loaded.ok ? loaded.value.warnings : loaded.error;
  const unable = loaded.ok
    ? loaded.value.services.flatMap(({ name, problem }) => (problem === null ? [] : [{ name, problem }]))
    : [];
  const services = loaded.ok ? loaded.value.services.length : null;
  if (context.format === 'json') {
    const failing = unable.map(({ name, problem }) => ({
      name,
      title: problem.title,
      evidence: problem.evidence,
    }));
    context.print(...jsonLines({ path, valid: loaded.ok, services, problems, failing }));
    return loaded.ok ? exitCode.ok : exitCode.error;
  }
  context.print(
    ...problemLines({ path, problems }, context.palette),
    // The evidence contains the position in the file.
    ...unable.map(
      ({ name, problem }) => `${context.palette.working('warning:')} ${name}: ${causeInShort(problem)}`,
    ),
  );
  if (!loaded.ok) return exitCode.error;
  const { services: specs, identity } = loaded.value;
  // It may have been removed meanwhile.
  const text = await readFile(identity.realPath, 'utf8').catch(() => '');
  const notes = isFromStarter(text) ? [] : namespaceNotes(specs);
  context.print(...notes.map((note) => `${context.palette.faint('note:')} ${note}`));
  const trust =
    named !== undefined || (await isTrusted(context, requireConfigFile(context), loaded.value.identity))
      ? ''
      : `; not trusted, so nothing in it runs: ${trustCommand(path)}`;
  context.print(`${path}: valid, ${showCount(loaded.value.services.length, 'service')}${trust}`);
  return exitCode.ok;
};

const maxNamesTold = 5;

/** 0.3.7 treated a missing namespace as `default`: after an update, such a service may lead to another namespace. */
function namespaceNotes(services: readonly ServiceSpec[]): readonly string[] {
  const names = services.flatMap(({ name, connection }) =>
    connection.technology === 'kubectl' && connection.namespace === null ? [visibleLine(name)] : [],
  );
  if (names.length === 0) return [];
  const more = names.length > maxNamesTold ? ` and ${names.length - maxNamesTold} more` : '';
  const shown = `${names.slice(0, maxNamesTold).join(', ')}${more}`;
  return [`${shown}: no namespace, so that of the kube context is used (0.3.7 used "default")`];
}
