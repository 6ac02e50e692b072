import { expect, it } from 'vitest';
import { kubectlArgv } from './kubectl-command.ts';
import { kubectlConnection } from './testing/service-specs.ts';

it('names address, namespace and resource, and lets kubectl choose the local port', () => {
  expect(kubectlArgv(kubectlConnection(), 'service/postgres').join(' ')).toBe(
    'kubectl port-forward --address=127.0.0.1 --namespace=default --pod-running-timeout=10s service/postgres :5432',
  );
});

it('names the context only when the service does', () => {
  expect(kubectlArgv(kubectlConnection({ context: '--evil' }), 'pod/db-0')).toContain('--context=--evil');
});

it('leaves out the namespace that is not named, and names the kubeconfig and the port as they are written', () => {
  const connection = kubectlConnection({ namespace: null, kubeconfig: '/home/me/-c', remotePort: 'http' });
  expect(kubectlArgv(connection, 'sts/web').join(' ')).toBe(
    'kubectl port-forward --address=127.0.0.1 --kubeconfig=/home/me/-c --pod-running-timeout=10s sts/web :http',
  );
});
