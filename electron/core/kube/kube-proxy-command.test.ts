import { expect, it } from 'vitest';
import { isServingLine, kubeProxyArgv } from './kube-proxy-command.ts';

const argv = kubeProxyArgv({ kubeconfig: '/k/prod', context: '-odd' }, '/run/x.kube');

/** As kubectl reads it: a comma-separated list of expressions, any of which may match. */
function patterns(flag: string): (text: string) => boolean {
  const list = (argv.find((word) => word.startsWith(`--${flag}=`)) ?? '').slice(flag.length + 3);
  return (text) => list.split(',').some((pattern) => new RegExp(pattern).test(text));
}

it('passes kubeconfig, context and socket, joined to their flags', () => {
  expect(argv.slice(0, 6)).toEqual([
    'kubectl',
    'proxy',
    '--kubeconfig=/k/prod',
    '--context=-odd',
    '--append-server-path',
    '--unix-socket=/run/x.kube',
  ]);
  expect(kubeProxyArgv({ kubeconfig: null, context: null }, '/x').slice(0, 4)).toEqual([
    'kubectl',
    'proxy',
    '--append-server-path',
    '--unix-socket=/x',
  ]);
});

it.each([
  ['/readyz', true],
  ['/version', true],
  ['/api/v1/namespaces/shop', true],
  ['/api/v1/nodes', true],
  ['/api/v1/nodes/node-1', true],
  ['/api/v1/pods', true],
  ['/api/v1/namespaces/shop/pods', true],
  ['/api/v1/namespaces/shop/pods/web-0', true],
  ['/api/v1/namespaces/shop/pods/web-0/portforward', true],
  ['/api/v1/namespaces/pods/pods/exec-1/portforward', true],
  ['/api/v1/namespaces/shop/services/web', true],
  ['/api/v1/namespaces/shop/endpoints/web', true],
  ['/api/v1/namespaces/shop/events', true],
  ['/apis/apps/v1/namespaces/shop/statefulsets/db', true],
  ['/apis/batch/v1/namespaces/shop/jobs/migrate', true],
  ['/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices', true],
  ['/api/v1/namespaces/shop/secrets', false],
  ['/api/v1/secrets', false],
  ['/api/v1/namespaces/shop/configmaps/x', false],
  ['/api/v1/namespaces/shop/pods/web-0/exec', false],
  ['/api/v1/namespaces/shop/pods/web-0/attach', false],
  ['/api/v1/namespaces/shop/pods/web-0/log', false],
  ['/api/v1/namespaces/shop/services/web/proxy/admin', false],
  ['/api/v1/nodes/node-1/proxy/run', false],
  ['/apis/discoveryXk8s.io/v1/endpointslices', false],
  ['/', false],
])('accepts %s: %s', (path, isAccepted) => {
  expect(patterns('accept-paths')(path) && !patterns('reject-paths')(path)).toBe(isAccepted);
});

it('rejects the methods that change or delete objects', () => {
  const isRejected = patterns('reject-methods');
  expect(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter(isRejected)).toEqual(['PUT', 'PATCH', 'DELETE']);
});

it('recognizes the line of a proxy that serves', () => {
  expect(isServingLine('Starting to serve on /run/x.kube')).toBe(true);
});
