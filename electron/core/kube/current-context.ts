/**
 * The current context of a kubeconfig, read without kubectl: forwards that name no context must know at once which one they
 * share, and keep it. Of several files the first that names one counts (client-go tools/clientcmd, `ClientConfigLoadingRules`).
 */
import path from 'node:path';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { readRegularFileSync } from '../files/regular-file.ts';
import type { ContextPin } from '../transport/context-pin.ts';
import { parseAtOnce } from './json-in-turns.ts';

/** Kubeconfigs with hundreds of clusters are smaller. */
const maxBytes = 8 * 1024 * 1024;

/** `own`: the file that the service names; null: the files in the environment. Absolute paths. */
export function kubeconfigFiles(
  own: string | null,
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  if (own !== null) return [own];
  const named = (environment['KUBECONFIG'] ?? '').split(path.delimiter).filter((file) => file !== '');
  return named.length > 0 ? named : [path.join(environment['HOME'] ?? '', '.kube', 'config')];
}

/**
 * null: there is none, or kubectl decides, because a file that may name one cannot be read here or is written in a way that is not
 * understood here.
 */
export function readCurrentContext(files: readonly string[]): string | null {
  for (const file of files) {
    const text = readText(file);
    const context = text === null ? null : currentContextIn(text);
    if (context !== '') return context;
  }
  return null;
}

/** null: the service names its context, or does not need one. */
export function contextPinOf(
  { connection }: ServiceSpec,
  environment: Readonly<Record<string, string | undefined>>,
): ContextPin | null {
  if (connection.technology !== 'kubectl' || connection.context !== null) return null;
  const files = kubeconfigFiles(connection.kubeconfig, environment);
  return { files, context: readCurrentContext(files) };
}

/** Of a regular file only: a read of a pipe would block the process until somebody writes to it. null: it cannot be read. */
function readText(file: string): string | null {
  try {
    return readRegularFileSync(file, maxBytes);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? '' : null;
  }
}

/** A key of the top-level mapping in block style, its value not continued on another line. */
const pattern = /^["']?current-context["']?[ \t]*:(?:[ \t](.*))?$(?!\s*\n[ \t]+[^\s#])/m;
const comment = /(?:^|\s)#.*$/;
const nothing = /^(?:~|null|Null|NULL)?$/;
const quoted = /^"[^"\\]*"$|^'[^']*'$/;
/** Anchors, aliases, tags, block scalars, collections. */
const special = /^[&*!|>%@`[\]{},?"'-]/;

/** Empty: it names none. null: not understood. Only the first document counts, as for kubectl. */
export function currentContextIn(file: string): string | null {
  const text = file.replace(/^\uFEFF/, '');
  if (text.trimStart().startsWith('{')) return currentContextInJson(text);
  const documents = text.split(/^(?:---|\.\.\.)(?=\s|$)/m);
  const document = documents.find((one) => /^[^\s#%]/m.test(one)) ?? '';
  const found = pattern.exec(document);
  if (found === null) return document.includes('current-context') ? null : '';
  const value = (found[1] ?? '').replace(comment, '').trim();
  if (quoted.test(value)) return value.slice(1, -1).trim();
  if (nothing.test(value)) return '';
  return special.test(value) ? null : value;
}

function currentContextInJson(text: string): string | null {
  try {
    const { 'current-context': context = '' } = parseAtOnce(text) as { readonly 'current-context'?: unknown };
    return context === null ? '' : typeof context === 'string' ? context : null;
  } catch {
    return null;
  }
}
