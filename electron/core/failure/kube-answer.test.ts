import { expect, it } from 'vitest';
import { kubectlConnection, serviceWith } from '../tunnel/testing/service-specs.ts';
import { classifyKubeAnswer } from './kube-answer.ts';

const service = serviceWith(kubectlConnection({ context: 'prod', namespace: 'shop' }));
const status = (code: number, message: string) => ({ status: code, body: { kind: 'Status', code, message } });

it.each([
  [
    'a missing permission',
    status(403, 'pods "web-0" is forbidden: User "dev" cannot create resource "pods/portforward"'),
    'forbidden',
  ],
  ['a missing pod', status(404, 'pods "web-0" not found'), 'resource-missing'],
  ['rejected credentials', status(401, 'Unauthorized'), 'unauthorized'],
  [
    'an unreachable node',
    status(500, 'error dialing backend: dial tcp 10.0.0.5:10250: i/o timeout'),
    'host-unreachable',
  ],
  [
    'a node whose address is not named',
    status(500, 'error dialing backend: No agent available'),
    'host-unreachable',
  ],
  [
    'an API server that is not running, as reported by kubectl',
    { status: 500, body: 'dial tcp 127.0.0.1:6443: connect: connection refused\n' },
    'connection-refused',
  ],
  ['unreachable etcd', status(500, 'etcdserver: request timed out'), 'cluster-unwell'],
  ['silence', { status: 0, body: 'no answer within 10 s' }, 'timed-out'],
  ['anything else', status(507, 'out of paper'), 'exited'],
  ['an answer without a message', { status: 502, body: '' }, 'exited'],
  ['a 401 without a message', { status: 401, body: '' }, 'unauthorized'],
  ['a 403 without a message', { status: 403, body: '' }, 'forbidden'],
])('recognizes %s', (_, answer, code) => {
  expect(classifyKubeAnswer(service, answer).code).toBe(code);
});

it('names the node, and the status of an unknown answer', () => {
  const { title } = classifyKubeAnswer(
    service,
    status(500, 'error dialing backend: dial tcp 10.0.0.5:10250: connect: connection refused'),
  );
  expect(title).toBe("The pod's node 10.0.0.5 cannot be reached");
  expect(classifyKubeAnswer(service, status(507, 'out of paper'))).toMatchObject({
    title: 'The tunnel ended (the API server answered 507)',
    evidence: 'out of paper',
  });
});

it("prefers the plugin's message to kubectl's summary", () => {
  const output = ['The SSO session associated with this profile has expired or is otherwise invalid.'];
  const body = 'getting credentials: exec: executable aws failed with exit code 255';
  expect(classifyKubeAnswer(service, { status: 500, body }, output)).toMatchObject({
    code: 'credentials-expired',
    action: { command: 'aws sso login' },
  });
});

it('is done at once with megabytes of text', () => {
  const body = `${'expired '.repeat(500_000)}refreshing`;
  expect(classifyKubeAnswer(service, { status: 500, body }).code).toBe('exited');
});
