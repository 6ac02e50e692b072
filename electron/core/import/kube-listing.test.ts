import { expect, test } from 'vitest';
import { namespacesIn, targetsIn } from './kube-listing.ts';

test('services, workloads and pods are offered with their TCP ports', () => {
  const json = JSON.stringify({
    kind: 'List',
    items: [
      {
        kind: 'Service',
        metadata: { name: 'db' },
        spec: {
          ports: [
            { name: 'postgres', port: 5432 },
            { port: 53, protocol: 'UDP' },
          ],
        },
      },
      {
        kind: 'Deployment',
        metadata: { name: 'api' },
        spec: { template: { spec: { containers: [{ ports: [{ containerPort: 8080 }] }, {}] } } },
      },
      {
        kind: 'Pod',
        metadata: { name: 'db-0' },
        spec: { containers: [{ ports: [{ containerPort: 5432, name: 'pg' }] }] },
      },
    ],
  });
  expect(targetsIn(json)).toEqual([
    { resource: 'service/db', ports: [{ port: 5432, name: 'postgres' }] },
    { resource: 'deployment/api', ports: [{ port: 8080, name: null }] },
    { resource: 'pod/db-0', ports: [{ port: 5432, name: 'pg' }] },
  ]);
});

test.each(['', 'no JSON', '{}', '{"items":[{"kind":1}]}'])('%j is not a list', (text) => {
  expect(targetsIn(text)).toBeNull();
});

test('namespaces are listed one per line', () => {
  expect(namespacesIn('namespace/default\nnamespace/shop\n')).toEqual(['default', 'shop']);
});
