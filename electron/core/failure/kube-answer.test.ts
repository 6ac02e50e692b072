import { expect, it } from 'vitest';
import { kubectlConnection, serviceWith } from '../tunnel/testing/service-specs.ts';
import { classifyKubeAnswer } from './kube-answer.ts';

const service = serviceWith(kubectlConnection({ context: 'prod', namespace: 'shop' }));
const status = (code: number, message: string) => ({ status: code, body: { kind: 'Status', code, message } });

it.each([
  [
    'a right that is missing',
    status(403, 'pods "web-0" is forbidden: User "dev" cannot create resource "pods/portforward"'),
    'forbidden',
  ],
  ['a pod that is missing', status(404, 'pods "web-0" not found'), 'resource-missing'],
  ['credentials that are not accepted', status(401, 'Unauthorized'), 'unauthorized'],
  [
    'a node that is away',
    status(500, 'error dialing backend: dial tcp 10.0.0.5:10250: i/o timeout'),
    'host-unreachable',
  ],
  [
    'a node whose address is not told',
    status(500, 'error dialing backend: No agent available'),
    'host-unreachable',
  ],
  [
    'an API server that does not run, in the words of kubectl',
    { status: 500, body: 'dial tcp 127.0.0.1:6443: connect: connection refused\n' },
    'connection-refused',
  ],
  ['etcd that is away', status(500, 'etcdserver: request timed out'), 'cluster-unwell'],
  ['silence', { status: 0, body: 'no answer within 10 s' }, 'timed-out'],
  ['anything else', status(507, 'out of paper'), 'exited'],
  ['an answer without words', { status: 502, body: '' }, 'exited'],
  ['a 401 without words', { status: 401, body: '' }, 'unauthorized'],
  ['a 403 without words', { status: 403, body: '' }, 'forbidden'],
])('knows %s', (_, answer, code) => {
  expect(classifyKubeAnswer(service, answer).code).toBe(code);
});

it('names the node, and the status of what it does not know', () => {
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

it('believes what the plugin said before what kubectl makes of it', () => {
  const words = ['The SSO session associated with this profile has expired or is otherwise invalid.'];
  const body = 'getting credentials: exec: executable aws failed with exit code 255';
  expect(classifyKubeAnswer(service, { status: 500, body }, words)).toMatchObject({
    code: 'credentials-expired',
    action: { command: 'aws sso login' },
  });
});
