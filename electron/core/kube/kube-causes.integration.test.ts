/** Messages of the real kubectl proxy, and the causes that a session derives from them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Kubeconfig } from '../../../e2e/fixtures/kubectl-client.ts';
import type { Cause } from '../../../shared/failure.ts';
import { PodWatch } from './pod-watch.ts';
import type { PodVerdict } from './pod-verdict.ts';
import { KubeWorld, podPort } from './testing/kube-world.ts';

let world: KubeWorld;

afterEach(() => world.dispose());

/** As the popover displays it. */
const shown = ({ code, title, remedy }: Cause): string => `${code}: ${title}. ${remedy ?? ''}`;

async function causeOf(context?: string | null): Promise<Cause> {
  const ready = await world.open(context === undefined ? {} : { context }).ready;
  if (ready.ok) throw new Error('it became ready');
  return ready.error;
}

const user = (config: Kubeconfig) => config.users[0]!;
const cluster = (config: Kubeconfig) => config.clusters[0]!.cluster;
const context = (config: Kubeconfig) => config.contexts[0]!.context;
const withoutAuthority = (config: Kubeconfig): Record<string, unknown> => {
  delete cluster(config)['certificate-authority-data'];
  return cluster(config);
};

describe('a kubeconfig', () => {
  beforeEach(async () => {
    world = await KubeWorld.create({ tls: true });
  });

  it.each<readonly [title: string, edit: (config: Kubeconfig) => void, expected: string | RegExp]>([
    [
      'without the cluster of its context',
      (config) => (context(config).cluster = 'gone'),
      'kubeconfig-invalid: The kubeconfig has no cluster gone, which the context fixture names. Add that cluster to your kubeconfig, or sign in to the cluster again',
    ],
    [
      'without the user of its context',
      (config) => (context(config).user = 'gone'),
      'kubeconfig-invalid: The kubeconfig has no user gone, which the context fixture names. Add that user to your kubeconfig, or sign in to the cluster again',
    ],
    [
      'without the context',
      (config) => (config.contexts = []),
      'context-missing: The kube context fixture does not exist. Correct the context in the config, or add it to your kubeconfig',
    ],
    [
      'whose client key does not exist',
      (config) =>
        (user(config).user = {
          'client-certificate': '/etc/hostname',
          'client-key': '/nowhere/client.key',
        }),
      'kubeconfig-invalid: The client key /nowhere/client.key does not exist. Restore it, or correct client-key of developer in your kubeconfig',
    ],
    [
      'whose client certificate does not exist',
      (config) =>
        (user(config).user = {
          'client-certificate': '/nowhere/client.crt',
          'client-key': '/etc/hostname',
        }),
      'kubeconfig-invalid: The client certificate /nowhere/client.crt does not exist. Restore it, or correct client-certificate of developer in your kubeconfig',
    ],
    [
      'whose CA certificate does not exist',
      (config) => (withoutAuthority(config)['certificate-authority'] = '/nowhere/ca.crt'),
      'kubeconfig-invalid: The CA certificate /nowhere/ca.crt does not exist. Restore it, or correct certificate-authority of fixture in your kubeconfig',
    ],
    [
      'whose CA certificate is not in PEM format',
      (config) => (withoutAuthority(config)['certificate-authority'] = '/etc/hostname'),
      'kubeconfig-invalid: The CA certificate in the kubeconfig is not in PEM format. Correct it in your kubeconfig, or sign in to the cluster again',
    ],
    [
      'whose token file does not exist',
      (config) => (user(config).user = { tokenFile: '/nowhere/token' }),
      'file-missing: The file /nowhere/token does not exist. Create it or correct its path in the config',
    ],
    [
      'with a proxy that does not run',
      (config) => (cluster(config)['proxy-url'] = 'http://127.0.0.1:9'),
      'connection-refused: The proxy 127.0.0.1:9 refused the connection. Check that the proxy runs, and correct proxy-url of the cluster in your kubeconfig, or HTTPS_PROXY',
    ],
    [
      'with a proxy that kubectl cannot use',
      (config) => (cluster(config)['proxy-url'] = 'ftp://127.0.0.1:9'),
      'kubeconfig-invalid: proxy-url ftp://127.0.0.1:9 cannot be used: unsupported scheme "ftp", must be http, https, or socks5. Correct proxy-url of the cluster fixture in your kubeconfig',
    ],
    [
      'without the CA of the API server',
      (config) => void withoutAuthority(config),
      'certificate-invalid: The certificate of the API server is not trusted. Correct certificate-authority-data of the cluster in your kubeconfig: a re-created cluster has a new one',
    ],
    [
      'with a name that is not in the certificate',
      (config) => (cluster(config)['tls-server-name'] = 'api.example'),
      'certificate-invalid: The certificate of the API server is not trusted. Correct server of the cluster in your kubeconfig, or set tls-server-name there to one of: localhost',
    ],
  ])('%s', async (_, edit, expected) => {
    await world.api.client.change(edit);
    expect(shown(await causeOf())).toBe(expected);
  });

  it('that names no current context, or does not exist', async () => {
    const expected =
      'context-missing: There is no kubeconfig, or it names no current context. Write the context into the config, or choose one with kubectl config use-context';
    await world.api.client.change((config) => {
      delete config['current-context'];
    });
    expect(shown(await causeOf(null))).toBe(expected);
    await world.api.client.removeKubeconfig();
    expect(shown(await causeOf(null))).toBe(expected);
    expect(shown(await causeOf('fixture'))).toMatch(
      /^context-missing: The kube context fixture does not exist/,
    );
  });
});

describe('a credential plugin', () => {
  beforeEach(async () => {
    world = await KubeWorld.create({ tls: true });
  });

  const credential = (version: string, status: string): string =>
    `echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/${version}"${status}}'`;

  it.each<
    readonly [title: string, script: string, exec: Readonly<Record<string, unknown>>, expected: string]
  >([
    [
      'of a version that kubectl has dropped',
      'exit 0',
      { apiVersion: 'client.authentication.k8s.io/v1alpha1' },
      'kubeconfig-invalid: kubectl does not know the plugin version client.authentication.k8s.io/v1alpha1 in the kubeconfig. Set apiVersion: client.authentication.k8s.io/v1 in its exec section of your kubeconfig; a current version of the plugin writes it so',
    ],
    [
      'that answers in another version',
      credential('v1beta1', ',"status":{"token":"t"}'),
      {},
      'kubeconfig-invalid: The credential plugin answers in version v1beta1, and the kubeconfig says v1. Set apiVersion: client.authentication.k8s.io/v1beta1 in its exec section of your kubeconfig',
    ],
    [
      'that answers in a version that kubectl has dropped',
      credential('v1alpha1', ',"status":{"token":"t"}'),
      {},
      'kubeconfig-invalid: The credential plugin answers in version v1alpha1, which kubectl does not know. Install a current version of the plugin',
    ],
    [
      'that prints no JSON',
      'echo hello',
      {},
      'kubeconfig-invalid: The credential plugin printed something else than its JSON. Run the plugin in a terminal: it must print an ExecCredential as JSON; correct its command or args in your kubeconfig',
    ],
    [
      'that prints nothing',
      'exit 0',
      {},
      'kubeconfig-invalid: The credential plugin printed nothing. Run the plugin in a terminal: it must print an ExecCredential as JSON; correct its command or args in your kubeconfig',
    ],
    [
      'that returns no credentials',
      credential('v1', ',"status":{}'),
      {},
      'kubeconfig-invalid: The credential plugin returned no credentials. Run the plugin in a terminal: it must print an ExecCredential as JSON; correct its command or args in your kubeconfig',
    ],
    [
      'that needs a terminal',
      'exit 0',
      { interactiveMode: 'Always' },
      'kubeconfig-invalid: The credential plugin needs a terminal (interactiveMode: Always), and LocalPort has none. Set interactiveMode: IfAvailable in its exec section of your kubeconfig, or give it other credentials',
    ],
    [
      'for which the kubeconfig does not set interactiveMode',
      'exit 0',
      { interactiveMode: undefined },
      'kubeconfig-invalid: The user developer in the kubeconfig has a credential plugin without interactiveMode. Set interactiveMode: IfAvailable in its exec section of your kubeconfig',
    ],
    [
      'that is missing at its path',
      'exit 0',
      { command: '/nowhere/aws' },
      "plugin-missing: The credential plugin /nowhere/aws was not found. Install /nowhere/aws, or put it on your login shell's PATH",
    ],
    [
      'that cannot reach the sign-in server',
      `echo 'error: oidc discovery error: dial tcp: lookup idp.corp: no such host' >&2; exit 1`,
      {},
      'name-not-found: The name idp.corp was not found. Check the spelling, the network or the VPN',
    ],
  ])('%s', async (_, script, exec, expected) => {
    await world.installPlugin('cloud', script, exec);
    expect(shown(await causeOf())).toBe(expected);
  });

  it('that is not executable', async () => {
    const file = world.api.client.kubeconfigFile;
    await world.installPlugin('cloud', 'exit 0', { command: file });
    expect(shown(await causeOf())).toBe(
      `kubeconfig-invalid: The credential plugin ${file} may not be run. Make it executable: chmod +x ${file}`,
    );
  });

  it('that fails is quoted', async () => {
    await world.installPlugin('cloud', `echo 'token cache is locked' >&2; exit 3`);
    expect(await causeOf()).toMatchObject({
      code: 'credentials-expired',
      title: 'Signed out of fixture',
      evidence: 'token cache is locked',
    });
  });

  it('whose token has expired at the API server', async () => {
    await world.installPlugin('cloud', credential('v1', ',"status":{"token":"old"}'));
    world.api.setToken('new');
    expect(await causeOf()).toMatchObject({
      code: 'unauthorized',
      title: 'fixture did not accept your credentials',
      evidence: 'Unauthorized',
    });
  });
});

describe('a pod watch', () => {
  beforeEach(async () => {
    world = await KubeWorld.create();
  });

  /** The cause of the first verdict without a pod. */
  async function verdictOf(namespace = 'default'): Promise<Cause> {
    const { requests } = await world.openReady();
    const verdict = await new Promise<PodVerdict>((resolve) => {
      const watch = new PodWatch({
        api: requests,
        clock: world.clock,
        question: { target: { kind: 'service', name: 'web' }, port: podPort, namespace, context: 'fixture' },
        explain: (answer) => world.explain(answer),
        onVerdict: (first) => {
          void watch.close().then(() => {
            resolve(first);
          });
        },
      });
    });
    if (verdict.kind === 'pod') throw new Error('there is a pod');
    return verdict.cause;
  }

  it('names the missing right', async () => {
    world.api.setAllowed('get', 'services', false);
    world.api.setAllowed('list', 'services', false);
    expect(await verdictOf()).toMatchObject({
      title: 'You are not allowed to get services in default',
      action: { command: 'kubectl auth can-i get services -n default --context fixture' },
    });
  });

  it('names the right to list pods if endpoints may not be read either', async () => {
    for (const kind of ['pods', 'endpoints', 'endpointslices'] as const)
      for (const verb of ['get', 'list', 'watch'] as const) world.api.setAllowed(verb, kind, false);
    expect((await verdictOf()).title).toBe('You are not allowed to list pods in default');
  });

  it('names a namespace that does not exist', async () => {
    expect(await verdictOf('nowhere')).toMatchObject({ title: 'The namespace nowhere does not exist' });
  });

  it('names etcd', async () => {
    world.api.setAccess('broken');
    expect(await verdictOf()).toMatchObject({
      code: 'cluster-unwell',
      title: "The cluster's etcd is unhealthy",
      evidence: 'etcdserver: request timed out',
    });
  });

  it('queries the API server for its failed checks if its answer names none', async () => {
    world.api.setAccess('slow-etcd');
    expect(await verdictOf()).toMatchObject({
      code: 'cluster-unwell',
      title: "The cluster's etcd is unhealthy",
      evidence: '[-]etcd failed: reason withheld, [-]etcd-readiness failed: reason withheld',
    });
    expect(world.api.requests.filter((request) => request === 'GET /readyz')).toHaveLength(1);
  });
});

describe('a stream', () => {
  beforeEach(async () => {
    world = await KubeWorld.create();
  });

  const refusal = async (): Promise<Cause> => {
    const { streams } = await world.podStreams();
    const opened = await world.connect(streams);
    if (opened.ok) throw new Error('it was opened');
    return opened.error;
  };

  it('names the missing right', async () => {
    world.api.setAccess('forbidden');
    expect(await refusal()).toMatchObject({
      code: 'forbidden',
      action: { command: expect.stringMatching(/can-i create pods\/portforward -n default/) as string },
    });
  });

  it('names the node that the API server cannot reach', async () => {
    world.api.setNodeTrouble('error dialing backend: dial tcp 10.0.0.5:10250: connect: no route to host');
    expect(await refusal()).toMatchObject({
      code: 'host-unreachable',
      title: "The pod's node 10.0.0.5 cannot be reached",
      remedy: expect.stringMatching(
        /^The API server cannot reach the node, whatever your own network does/,
      ) as string,
      action: { command: 'kubectl get nodes --context fixture' },
    });
  });

  it('reports a pod that was replaced, and a port that refuses', async () => {
    const { streams } = await world.podStreams();
    const complaint = async (): Promise<Cause> => {
      const stream = await world.connected(streams);
      await new Promise((resolve) => stream.once('error', resolve));
      return world.complaints.at(-1)!;
    };
    expect((await complaint()).title).toBe(
      `The tunnel is up, but port ${String(podPort)} of the pod behind service/postgres refused the connection`,
    );
    world.api.setRefusal('failed to find sandbox "4f1c2a" in store: not found');
    expect((await complaint()).title).toBe('The pod behind service/postgres was replaced');
  });
});
