/**
 * A context in the kubeconfig files, read without kubectl: some kubectls run the user's credential plugin for every command. Of
 * several files the first that has an entry counts (client-go tools/clientcmd, `ClientConfigLoadingRules`).
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
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

/** `context` null: the current one. Resolves to null if there is no such context, or the files cannot be read here. Never rejects. */
export async function readKubeconfigs(
  files: readonly string[],
  context: string | null,
): Promise<ContextFacts | null> {
  const configs = await parsedConfigs(files);
  return configs === null ? null : factsIn(configs, context);
}

/** The contexts in all files; null: they cannot be read here. Never rejects. */
export async function contextNames(files: readonly string[]): Promise<readonly string[] | null> {
  const configs = await parsedConfigs(files);
  return configs?.flatMap(({ contexts }) => (contexts ?? []).map(({ name }) => name as string)) ?? null;
}

async function parsedConfigs(files: readonly string[]): Promise<readonly Kubeconfig[] | null> {
  try {
    const texts = await Promise.all(files.map((file) => readIfThere(file)));
    if (Buffer.byteLength(texts.join('')) > maxBytes) return null;
    // Loaded on demand: the daemon needs no YAML parser until it has a cluster.
    const { parse } = await import('yaml');
    return texts.filter((one) => one.trim() !== '').map((one) => kubeconfigSchema.parse(parse(one)));
  } catch {
    return null;
  }
}

/** Empty: there is none. Rejects for a pipe, whose content kubectl needs, and which may never have any. */
async function readIfThere(file: string): Promise<string> {
  try {
    return await readRegularFile(file, maxBytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
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
