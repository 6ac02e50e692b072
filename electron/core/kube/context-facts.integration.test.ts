/** What the real kubectl reports about contexts, merged and minified by its own rules. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKubectlClient, type KubectlClient } from '../../../e2e/fixtures/kubectl-client.ts';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { GroupLauncher } from '../process/child-launcher.ts';
import { type ContextFacts, readKubeconfigs } from './kubeconfig.ts';
import { queryKubectl, readContextFacts } from './context-facts.ts';

let client: KubectlClient;
let directory: string;
let launcher: GroupLauncher;
let searchPath: string;

beforeEach(async () => {
  client = await createKubectlClient();
  directory = await mkdtemp(path.join(os.tmpdir(), 'localport-facts-'));
  searchPath = [client.binDirectory, process.env['PATH'] ?? ''].join(path.delimiter);
  launcher = new GroupLauncher({
    clock: systemClock,
    log: silentLogger,
    environment: () => ({ PATH: searchPath, HOME: directory }),
    registries: [],
  });
});

afterEach(async () => {
  expect(launcher.alive()).toEqual([]);
  await rm(directory, { recursive: true });
  await client.dispose();
});

interface Parts {
  readonly cluster?: object;
  readonly context?: object;
  readonly user?: object | null;
}

/** A kubeconfig with one context, `prod`. */
async function kubeconfig({
  cluster = {},
  context = {},
  user = { token: 'secret' },
}: Parts = {}): Promise<string> {
  const file = path.join(directory, 'kubeconfig');
  const names = { cluster: 'c', ...(user === null ? {} : { user: 'u' }) };
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'prod',
    clusters: [{ name: 'c', cluster: { server: 'https://prod.example:6443', ...cluster } }],
    users: user === null ? [] : [{ name: 'u', user }],
    contexts: [
      { name: 'prod', context: { ...names, ...context } },
      { name: 'broken', context: { cluster: 'nowhere', user: 'u' } },
    ],
  };
  await writeFile(file, JSON.stringify(content));
  return file;
}

type Read = (file: string, context?: string | null, signal?: AbortSignal) => Promise<ContextFacts | null>;

const toolsWith = (signal = new AbortController().signal) => ({
  launcher,
  clock: systemClock,
  signal,
  environment: {},
});

const readHere: Read = (file, context = 'prod') => readKubeconfigs([file], context);
const queried: Read = (file, context = 'prod', signal) =>
  queryKubectl({ context, kubeconfig: file }, toolsWith(signal));

describe.each([
  ['read here', readHere],
  ['queried from kubectl', queried],
])('the facts of a context, %s', (_, read) => {
  async function fingerprint(parts: Parts = {}): Promise<string> {
    const facts = await read(await kubeconfig(parts));
    if (facts === null) throw new Error('the facts are unknown');
    return facts.fingerprint;
  }

  it('are its namespace, its server and its proxy, if it has them', async () => {
    const file = await kubeconfig({
      cluster: { 'proxy-url': 'http://proxy:3128' },
      context: { namespace: 'shop' },
    });
    expect(await read(file)).toMatchObject({
      namespace: 'shop',
      server: 'https://prod.example:6443',
      proxyUrl: 'http://proxy:3128',
    });
    expect(await read(await kubeconfig())).toMatchObject({ namespace: null, proxyUrl: null });
  });

  it('are known for a context without a user, and for the current context', async () => {
    const file = await kubeconfig({ user: null, context: { namespace: 'shop' } });
    const facts = await read(file);
    expect(facts).toMatchObject({ namespace: 'shop', server: 'https://prod.example:6443' });
    expect(await read(file, null)).toEqual(facts);
  });

  it('change with its namespace, its cluster and its user, and with nothing else', async () => {
    const before = await fingerprint();
    expect(await fingerprint()).toBe(before);
    const others = [
      await fingerprint({ context: { namespace: 'shop' } }),
      await fingerprint({ cluster: { server: 'https://other.example' } }),
      await fingerprint({ user: { token: 'another' } }),
      await fingerprint({
        user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'aws' } },
      }),
    ];
    expect(new Set([before, ...others]).size).toBe(5);
  });

  it('change with the user even after certificates that fill more than a line', async () => {
    const cluster = { 'certificate-authority-data': Buffer.alloc(9_000, 'a').toString('base64') };
    expect(await fingerprint({ cluster, user: { token: 'a' } })).not.toBe(
      await fingerprint({ cluster, user: { token: 'b' } }),
    );
  });
});

it('are unknown if kubectl fails, does not run, or the query is aborted', async () => {
  const file = await kubeconfig();
  expect([await queried(file, 'mars'), await readHere(file, 'mars')]).toEqual([null, null]);
  const nothing = path.join(directory, 'nothing');
  expect([await queried(nothing), await readHere(nothing)]).toEqual([null, null]);
  const cancellation = new AbortController();
  const question = queried(file, 'prod', cancellation.signal);
  cancellation.abort();
  expect([await question, await queried(file, 'prod', cancellation.signal)]).toEqual([null, null]);
  searchPath = '/nowhere';
  expect(await queried(file)).toBeNull();
});

it('come from the first file that has each of them, without a kubectl', async () => {
  searchPath = '/nowhere';
  const first = path.join(directory, 'first');
  await writeFile(
    first,
    'current-context: prod\nclusters: [{name: c, cluster: {server: https://mine.example}}]\n',
  );
  const files = [
    path.join(directory, 'nothing'),
    first,
    await kubeconfig({ context: { namespace: 'shop' } }),
  ];
  const environment = { KUBECONFIG: files.join(path.delimiter) };
  const cluster = { context: null, kubeconfig: null };
  expect(await readContextFacts(cluster, { ...toolsWith(), environment })).toMatchObject({
    namespace: 'shop',
    server: 'https://mine.example',
  });
});

it('are queried from kubectl if the file is large, not a kubeconfig, or known only to a wrapper of kubectl', async () => {
  const large = await kubeconfig({ user: { token: 'x'.repeat(300_000) } });
  expect(await readHere(large)).toBeNull();
  expect(await readContextFacts({ context: 'prod', kubeconfig: large }, toolsWith())).not.toBeNull();
  const odd = path.join(directory, 'odd');
  await writeFile(odd, 'contexts: 7\n');
  expect(await readHere(odd)).toBeNull();
  await client.setServer('https://wrapped.example');
  const cluster = { context: client.contexts.current, kubeconfig: null };
  expect(await readContextFacts(cluster, toolsWith())).toMatchObject({ server: 'https://wrapped.example' });
});
