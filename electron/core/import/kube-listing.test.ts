import { expect, test } from 'vitest';
import { namespacesIn, targetsIn } from './kube-listing.ts';

test('services, workloads and pods are offered with their TCP ports', () => {
  const list = {
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
  };
  expect(targetsIn(list)).toEqual([
    { resource: 'service/db', ports: [{ port: 5432, name: 'postgres' }] },
    { resource: 'deployment/api', ports: [{ port: 8080, name: null }] },
    { resource: 'pod/db-0', ports: [{ port: 5432, name: 'pg' }] },
  ]);
});

test.each([null, 'no list', {}, { items: [{ kind: 1 }] }])('%j is not a list', (found) => {
  expect(targetsIn(found)).toBeNull();
});

test('namespaces are listed one per line', () => {
  expect(namespacesIn('namespace/default\nnamespace/shop\n')).toEqual(['default', 'shop']);
});

test('names with characters that are not seen, or that turn the text around, are left out', () => {
  const pod = (name: string, port: string) => ({
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ ports: [{ containerPort: 1, name: port }] }] },
  });
  const items = [pod('db', 'p\u202eg'), pod('d\u200bb', 'pg'), pod('db\u001b[2J', 'pg')];
  expect(targetsIn({ items })).toEqual([{ resource: 'pod/db', ports: [] }]);
  expect(namespacesIn('namespace/shop\nnamespace/sh\u2066op\n')).toEqual(['shop']);
});
