/**
 * A context in the kubeconfig files, read without kubectl: some kubectls run the user's credential plugin for every command. Of
 * several files the first that has an entry counts (client-go tools/clientcmd, `ClientConfigLoadingRules`).
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { err, ok, type Result } from '../../../shared/result.ts';
import { readRegularFile } from '../files/regular-file.ts';

export interface ContextFacts {
  /** The namespace of the context; null: it names none. */
  readonly namespace: string | null;
  /** The URL of the API server; empty: not known. */
  readonly server: string;
  /** `proxy-url`; null: none. */
  readonly proxyUrl: string | null;
  /** Differs when the context, the cluster or the user differs. */
  readonly fingerprint: string;
}

/** Parsing a larger file here would block the event loop: kubectl reads it instead. */
const maxBytes = 256 * 1024;

const text = z.string().nullish();
const entries = <Entry extends z.ZodType>(key: string, entry: Entry) =>
  z.array(z.looseObject({ name: z.string(), [key]: entry.nullish() })).nullish();

const kubeconfigSchema = z.looseObject({
  'current-context': text,
  contexts: entries('context', z.looseObject({ cluster: text, user: text, namespace: text })),
  clusters: entries('cluster', z.looseObject({ server: text, 'proxy-url': text })),
  users: entries('user', z.looseObject({})),
});
type Kubeconfig = z.infer<typeof kubeconfigSchema>;

/** Why a file cannot be read here. */
export interface KubeconfigFault {
  readonly file: string;
  /** `does not exist`. */
  readonly what: string;
  /** kubectl may be able to read it. */
  readonly isOnlyHere: boolean;
}

/** `context` null: the current one. Resolves to null if there is no such context, or the files cannot be read here. Never rejects. */
export async function readKubeconfigs(
  files: readonly string[],
  context: string | null,
): Promise<ContextFacts | null> {
  const configs = await parsedConfigs(files);
  return configs.ok ? factsIn(configs.value, context) : null;
}

/** The contexts in all files. Never rejects. */
export async function contextNames(
  files: readonly string[],
): Promise<Result<readonly string[], KubeconfigFault>> {
  const configs = await parsedConfigs(files);
  return configs.ok
    ? ok(configs.value.flatMap(({ contexts }) => (contexts ?? []).map(({ name }) => name as string)))
    : configs;
}

async function parsedConfigs(
  files: readonly string[],
): Promise<Result<readonly Kubeconfig[], KubeconfigFault>> {
  const configs: Kubeconfig[] = [];
  let missing: KubeconfigFault | null = null;
  let bytes = 0;
  for (const file of files)
    try {
      const text = await readRegularFile(file, maxBytes);
      bytes += Buffer.byteLength(text);
      if (bytes > maxBytes) throw new Error('larger than is read here');
      configs.push(await parsed(text));
    } catch (error) {
      const fault = { file, ...whatIsWrong(error) };
      // As kubectl, which needs one of its files only.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return err(fault);
      missing ??= fault;
    }
  return configs.length === 0 && missing !== null ? err(missing) : ok(configs);
}

async function parsed(text: string): Promise<Kubeconfig> {
  // Loaded on demand: the daemon needs no YAML parser until it has a cluster.
  const { parseAllDocuments } = await import('yaml');
  // kubectl reads the first one.
  const [document] = parseAllDocuments(text, { merge: true });
  if (document === undefined || !('contents' in document)) return {};
  const [error] = document.errors;
  if (error !== undefined) throw error;
  return kubeconfigSchema.parse(document.toJS() ?? {});
}

function whatIsWrong(error: unknown): Omit<KubeconfigFault, 'file'> {
  const what = wrongForKubectl(error);
  if (what !== null) return { what, isOnlyHere: false };
  const { code = '' } = error as NodeJS.ErrnoException;
  return { what: `could not be read here${code === '' ? '' : ` (${code})`}`, isOnlyHere: true };
}

function wrongForKubectl(error: unknown): string | null {
  if (error instanceof z.ZodError) return 'is not a kubeconfig';
  const { name, code = '', message } = error as NodeJS.ErrnoException;
  if (name === 'YAMLParseError') return `is not valid YAML: ${message.replace(/:?\n[^]*$/, '')}`;
  if (code === 'ENOENT') return 'does not exist';
  return code === 'EACCES' || code === 'EPERM' ? 'may not be read by this user' : null;
}

function factsIn(configs: readonly Kubeconfig[], named: string | null): ContextFacts | null {
  const context =
    named ?? configs.map((config) => config['current-context'] ?? '').find((name) => name !== '');
  const chosen = find(configs, 'contexts', context)?.['context'] as
    { readonly cluster?: string; readonly user?: string; readonly namespace?: string } | undefined;
  if (chosen === undefined) return null;
  const cluster = find(configs, 'clusters', chosen.cluster)?.['cluster'] as
    { readonly server?: string; readonly 'proxy-url'?: string } | undefined;
  if (cluster === undefined) return null;
  const user = find(configs, 'users', chosen.user);
  const all = JSON.stringify([chosen, cluster, user ?? null]);
  return {
    namespace: chosen.namespace ?? null,
    server: cluster.server ?? '',
    proxyUrl: cluster['proxy-url'] ?? null,
    fingerprint: createHash('sha256').update(all).digest('hex'),
  };
}

const find = (
  configs: readonly Kubeconfig[],
  list: 'contexts' | 'clusters' | 'users',
  name: string | undefined,
): Readonly<Record<string, unknown>> | undefined =>
  configs.flatMap((config) => config[list] ?? []).find((entry) => entry.name === name);
