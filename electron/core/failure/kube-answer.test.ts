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

it.each<
  readonly [string, Parameters<typeof classifyKubeAnswer>[1], readonly [string, string, string | null]]
>([
  [
    'a pod that the kubelet no longer has',
    status(500, 'unable to upgrade connection: pod not found ("web-0_shop")'),
    ['no-ready-pod', 'The pod behind service/postgres was replaced', null],
  ],
  [
    'a policy of the cluster',
    status(400, 'admission webhook "guard.example.com" denied the request: not in production'),
    ['forbidden', 'You are not allowed to forward ports to service/postgres', 'guard.example.com'],
  ],
  [
    'a server without TLS',
    { status: 502, body: 'http: server gave HTTP response to HTTPS client' },
    ['exited', 'The server of the cluster answers without TLS', 'Correct server of the cluster'],
  ],
  [
    'a login that cannot be renewed',
    { status: 502, body: 'No valid id-token, and cannot refresh without refresh-token' },
    ['credentials-expired', 'Signed out of prod', 'Sign in again'],
  ],
  [
    'an overloaded API server',
    status(429, 'storage is (re)initializing'),
    ['exited', 'The API server is overloaded', null],
  ],
  [
    'an answer that is cut off',
    { status: 0, body: 'aborted' },
    ['closed-by-remote', 'The API server closed the connection', null],
  ],
  [
    'a network that is down',
    { status: 502, body: "dial tcp 10.0.0.1:443: connect: can't assign requested address" },
    ['host-unreachable', '10.0.0.1 cannot be reached', null],
  ],
  [
    'an API server that does not answer in time',
    { status: 502, body: 'dial tcp 10.0.0.1:443: i/o timeout' },
    ['timed-out', '10.0.0.1 did not answer in time', null],
  ],
  ...['EOF', 'http2: client connection lost', 'http2: server sent GOAWAY and closed the connection'].map(
    (body) =>
      [
        `a connection that has ended: ${body}`,
        { status: 502, body },
        ['closed-by-remote', 'The other end closed the connection', null],
      ] as const,
  ),
  [
    'the page of a hotel',
    { status: 200, body: '<!DOCTYPE html>\n<html><head><title>Welcome</title></head></html>' },
    ['exited', 'Another server answers in place of the API server', 'wants you to sign in'],
  ],
  [
    'a server without such a path',
    { status: 404, body: '404 page not found' },
    ['exited', 'Another server answers in place of the API server', 'Check server of the cluster'],
  ],
])('says what to do about %s', (_, answer, [code, title, fix]) => {
  const cause = classifyKubeAnswer(service, answer);
  expect([cause.code, cause.title]).toEqual([code, title]);
  if (fix !== null) expect(cause.remedy).toContain(fix);
});

it('shows the title of a web page, not its source', () => {
  const page = (head: string): string => `<html>\n<head>${head}</head><body>nginx</body></html>`;
  const evidenceOf = (body: string) => classifyKubeAnswer(service, { status: 503, body }).evidence;
  expect(evidenceOf(page('<title> 503 Service Unavailable</title>'))).toBe('503 Service Unavailable');
  expect(evidenceOf(page(''))).toBe('HTTP 503 Service Unavailable');
});

it("blames the clock if the cloud refuses the time of the plugin's request", () => {
  const output = [
    'An error occurred (InvalidSignatureException): Signature expired: 20261130T100000Z is now earlier than 20261130T105500Z',
  ];
  const body = 'getting credentials: exec: executable aws failed with exit code 254';
  expect(classifyKubeAnswer(service, { status: 500, body }, output)).toMatchObject({
    code: 'unauthorized',
    remedy: "Set this computer's clock",
  });
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
