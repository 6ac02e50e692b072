/**
 * The current context of a kubeconfig, read without kubectl: forwards that name no context must know at once which one they
 * share, and keep it. Of several files the first that names one counts (client-go tools/clientcmd, `ClientConfigLoadingRules`).
 */
import path from 'node:path';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { readRegularFileSync } from '../files/regular-file.ts';
import type { ContextPin } from '../transport/context-pin.ts';

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

/** null: there is none, or it is written in a way that is not understood here; then kubectl decides. */
export function readCurrentContext(files: readonly string[]): string | null {
  for (const file of files) {
    const context = currentContextIn(readText(file));
    if (context !== null) return context;
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

/** Of a regular file only: a read of a pipe would block the process until somebody writes to it. */
function readText(file: string): string {
  try {
    return readRegularFileSync(file, maxBytes);
  } catch {
    return '';
  }
}

/** A key of the top-level mapping, in block style or in braces (YAML flow style, JSON). */
const pattern =
  /(?:^[ \t]*|[{,][ \t\r\n]*)["']?current-context["']?[ \t]*:[ \t]*(?:"([^"\\\n]*)"|'([^'\n]*)'|([^\s"'#,}][^\n#,}]*))/m;
const blockPattern = /^["']?current-context["']?[ \t]*:[ \t]*(?:"([^"\\\n]*)"|'([^'\n]*)'|([^\s"'#][^\n]*))/m;

export function currentContextIn(text: string): string | null {
  const isBraced = text.trimStart().startsWith('{');
  const [, double, single, plain] = (isBraced ? pattern : blockPattern).exec(text) ?? [];
  // In plain style a comment begins with a blank before `#`.
  const name = (double ?? single ?? plain?.replace(/\s#.*$/, '') ?? '').trim();
  return name === '' ? null : name;
}
