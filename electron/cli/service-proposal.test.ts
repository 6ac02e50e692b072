import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compileConfig } from '../core/config/config-compiler.ts';
import { proposeKubeServices, servicesWithPods, tellContextsApart } from '../core/import/kube-proposals.ts';
import { draftEntries } from '../core/import/service-proposal.ts';
import { proposalYaml } from './proposal-yaml.ts';

const service = (name: string, namespace: string, ports: object[], spec: object = {}): object => ({
  metadata: { name, namespace },
  spec: { type: 'ClusterIP', selector: { app: name }, ports, ...spec },
});

const list = (...items: object[]): object => ({ kind: 'List', items });

const none = { names: new Set<string>(), ports: new Set<number>() };

describe('the services of a cluster', () => {
  it('are proposed port by port, except those of the system and those with nothing to forward', () => {
    const json = list(
      service('kubernetes', 'default', [{ port: 443 }]),
      service('coredns', 'kube-system', [{ port: 53 }]),
      service('elsewhere', 'shop', [{ port: 80 }], { type: 'ExternalName' }),
      service('legacy', 'shop', [{ port: 80 }], { selector: null }),
      service('headless', 'shop', []),
      service('dns', 'shop', [{ port: 53, protocol: 'UDP' }]),
      service('postgres', 'shop', [{ port: 5432 }]),
      service('web', 'shop', [{ name: 'http', port: 80 }, { port: 443 }]),
    );
    expect(
      proposeKubeServices(json, 'prod')?.proposals.map(({ name, ends, connection }) => ({
        name,
        ...ends,
        ...connection,
      })),
    ).toEqual([
      {
        name: 'postgres',
        remote_port: 5432,
        context: 'prod',
        namespace: 'shop',
        resource_type: 'service',
        resource_name: 'postgres',
      },
      {
        name: 'web-http',
        remote_port: 80,
        context: 'prod',
        namespace: 'shop',
        resource_type: 'service',
        resource_name: 'web',
      },
      {
        name: 'web-443',
        remote_port: 443,
        context: 'prod',
        namespace: 'shop',
        resource_type: 'service',
        resource_name: 'web',
      },
    ]);
  });

  it('are skipped if their name is no DNS label, and a port without a name is named by its number', () => {
    const hostile = ['web\u001b[2J', 'Web', '-web', 'a'.repeat(64), 'web\nservices: []', ''];
    const json = list(
      ...hostile.map((name) => service(name, 'shop', [{ port: 80 }])),
      service('db', 'Shop', [{ port: 5432 }]),
      service('web', 'shop', [
        { name: 'http\n', port: 80 },
        { name: 'tls', port: 443 },
      ]),
    );
    const found = proposeKubeServices(json, 'prod');
    expect(found?.proposals.map(({ name }) => name)).toEqual(['web-80', 'web-tls']);
    expect(found?.skipped).toEqual(
      [...hostile.map((name) => `shop/${name}`), 'Shop/db'].map((name) => ({ why: 'name', name })),
    );
  });

  it('are reported as skipped if nothing can be forwarded, each with the reason', () => {
    const json = list(
      service('legacy', 'shop', [{ port: 80 }], { selector: {} }),
      service('kubernetes', 'default', [{ port: 443 }], { selector: null }),
      service('elsewhere', 'shop', [{ port: 80 }], { type: 'ExternalName' }),
      service('dns', 'shop', [{ port: 53, protocol: 'UDP' }, { port: 54 }]),
      service(
        'db',
        'shop',
        [
          { port: 80, targetPort: 8080 },
          { port: 5432, targetPort: 5432 },
          { port: 9090, targetPort: 'metrics' },
        ],
        { clusterIP: 'None' },
      ),
      service('web', 'shop', [{ port: 80, targetPort: 8080 }], { clusterIP: '10.0.0.1' }),
    );
    const found = proposeKubeServices(json, 'prod');
    expect(found?.skipped).toEqual([
      { why: 'podless', name: 'shop/legacy' },
      { why: 'external', name: 'shop/elsewhere' },
      { why: 'udp', name: 'shop/dns:53' },
      { why: 'headless', name: 'shop/db:80' },
    ]);
    expect(found?.proposals.map(({ name, preferredPort }) => `${name} ${preferredPort ?? ''}`)).toEqual([
      'dns 54',
      'db-5432 5432',
      'db-9090 9090',
      'web 80',
    ]);
  });

  it('are proposed without a selector if their endpoints are pods', () => {
    const slice = (name: string, ...endpoints: object[]): object => ({
      metadata: { namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
      endpoints,
    });
    const withPods = servicesWithPods(
      list(
        slice('manual', { addresses: ['10.0.0.5'] }, { targetRef: { kind: 'Pod', name: 'web-0' } }),
        slice('legacy', { addresses: ['192.0.2.1'] }),
        slice('empty'),
      ),
    );
    expect([...withPods]).toEqual(['shop/manual']);
    const json = list(
      service('manual', 'shop', [{ port: 80 }], { selector: null }),
      service('legacy', 'shop', [{ port: 80 }], { selector: null }),
    );
    expect(proposeKubeServices(json, 'prod', withPods)).toMatchObject({
      proposals: [{ name: 'manual' }],
      skipped: [{ why: 'podless', name: 'shop/legacy' }],
    });
    expect(servicesWithPods('Error from server (Forbidden)').size).toBe(0);
  });

  it('are named by their contexts if several have the same name', () => {
    const propose = (context: string, ...services: object[]) => {
      const found = proposeKubeServices(list(...services), context);
      return found === null ? [] : [found];
    };
    const namesOf = (...contexts: readonly string[]): readonly string[] =>
      draftEntries(
        tellContextsApart(
          contexts.flatMap((context) =>
            propose(
              context,
              service('web', 'shop', [{ port: 80 }]),
              service('web', 'blog', [{ port: 80 }]),
              service(`only-${context.length}`, 'shop', [{ port: 80 }]),
            ),
          ),
        ),
        none,
      ).entries.map((entry) => (entry as { readonly name: string }).name);
    expect(namesOf('prod', 'arn:aws:eks:eu-west-1:1:cluster/staging')).toEqual([
      'prod-web',
      'prod-blog-web',
      'only-4',
      'staging-web',
      'staging-blog-web',
      'only-39',
    ]);
    // Two clusters with the same name in two regions.
    expect(namesOf('gke_p_eu_prod', 'gke_p_us-east_prod')).toContain('gke_p_us-east_prod-web');
  });

  it.each([null, 'no list', {}, { items: [{}] }])('are not read out of something else: %j', (found) => {
    expect(proposeKubeServices(found, 'prod')).toBeNull();
  });
});

describe('proposals', () => {
  const proposal = (name: string, preferredPort: number) =>
    ({
      name,
      technology: 'ssh',
      preferredPort,
      ends: { remote_port: 1 },
      tags: [],
      connection: { host: 'h' },
    }) as const;

  it('get names and ports that are free, among themselves and in the present config', () => {
    const taken = { names: new Set(['db']), ports: new Set([5432, 10_000]) };
    const drafts = draftEntries(
      [proposal('db', 5432), proposal('db', 5432), proposal('web', 80), proposal('api', 80)],
      taken,
    );
    expect(drafts.entries).toMatchObject([
      { name: 'db-2', local_port: 10_001 },
      { name: 'db-3', local_port: 10_002 },
      { name: 'web', local_port: 8080 },
      { name: 'api', local_port: 10_003 },
    ]);
    expect(drafts.raisedPorts).toEqual([{ name: 'web', wanted: 80, given: 8080 }]);
    expect(drafts.takenPorts).toEqual([
      { name: 'db-2', wanted: 5432, given: 10_001 },
      { name: 'db-3', wanted: 5432, given: 10_002 },
      { name: 'api', wanted: 80, given: 10_003 },
    ]);
  });

  it('are a valid config', () => {
    const kube = proposeKubeServices(list(service('postgres', 'shop', [{ port: 5432 }])), 'prod');
    const text = proposalYaml(draftEntries([...(kube?.proposals ?? []), proposal('far', 22)], none).entries, [
      'staging: no answer',
    ]);
    expect(text.split('\n').slice(0, 2)).toEqual(['# staging: no answer', 'version: "1.0"']);
    expect(parse(text)).toMatchObject({ services: [{ name: 'postgres', tags: ['prod'] }, { name: 'far' }] });
    expect(compileConfig(text, { path: '/c.yaml', env: {}, homeDirectory: '/h' })).toMatchObject({
      ok: true,
    });
  });
});
