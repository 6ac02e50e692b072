import { expect, it } from 'vitest';
import { kubectlArgv } from './kubectl-command.ts';
import { kubectlConnection } from './testing/service-specs.ts';

it('names address, namespace and resource, and lets kubectl choose the local port', () => {
  expect(kubectlArgv(kubectlConnection()).join(' ')).toBe(
    'kubectl port-forward --address=127.0.0.1 --namespace=default --pod-running-timeout=10s service/postgres :5432',
  );
});

it('names the context only when the service does', () => {
  const connection = kubectlConnection({ context: '--evil', resourceType: 'pod', resourceName: 'db-0' });
  expect(kubectlArgv(connection)).toContain('--context=--evil');
  expect(kubectlArgv(connection)).toContain('pod/db-0');
});
