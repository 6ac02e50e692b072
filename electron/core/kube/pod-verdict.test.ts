import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeService } from './kube-objects.ts';
import { judgeTarget, type PodVerdict, type TargetFacts, type TargetQuestion } from './pod-verdict.ts';
import { pod, service } from './testing/kube-samples.ts';

const question: TargetQuestion = {
  target: { kind: 'service', name: 'web' },
  port: 80,
  namespace: 'shop',
  context: 'prod',
};
const facts: TargetFacts = { owner: service(), pods: [pod('web-1')], source: 'pods', strangers: [] };
const ofPod: Partial<TargetQuestion> = { target: { kind: 'pod', name: 'web-1' } };

const judge = (asked: Partial<TargetQuestion>, known: Partial<TargetFacts>): PodVerdict =>
  judgeTarget({ ...question, ...asked }, { ...facts, ...known }, { current: null, avoided: new Set() });

function shown(verdict: PodVerdict): string {
  if (verdict.kind === 'pod') {
    const { pod: name, port, isReady, note } = verdict;
    return `${name}:${port}${isReady ? '' : ' unready'}${note === null ? '' : ` | ${note}`}`;
  }
  const { code, title, evidence, remedy } = verdict.cause;
  return [`${code}: ${title}`, evidence, remedy].filter((line) => line !== null).join(' | ');
}

const http = { name: 'http', number: 8080, protocol: 'TCP' };
const servicePort = { name: 'web', number: 80, protocol: 'TCP', targetPort: 'http' };
const unready = { isReady: false, readySince: null };

describe('the pod port behind the configured port', () => {
  it.each<readonly [string, Partial<TargetQuestion>, Partial<TargetFacts>, string]>([
    ['of a service by number', {}, {}, 'web-1:8080'],
    ['of a service by name', { port: 'http' }, {}, 'web-1:8080'],
    [
      'of a service that names a port of its pods',
      { port: 'web' },
      { owner: service({ ports: [servicePort] }), pods: [pod('web-1', { ports: [http] })] },
      'web-1:8080',
    ],
    [
      'of a service that names a port of its pods which another container has for UDP',
      {},
      {
        owner: service({ ports: [servicePort] }),
        pods: [pod('web-1', { ports: [{ name: 'http', number: 8443, protocol: 'UDP' }, http] })],
      },
      'web-1:8080',
    ],
    [
      'of pods that differ: the one that has it is taken',
      {},
      {
        owner: service({ ports: [servicePort] }),
        pods: [pod('a'), pod('b', { ...unready, ports: [http] })],
      },
      'b:8080 unready | b is running but not ready',
    ],
    ['of a headless service: 1:1', {}, { owner: service({ isHeadless: true }) }, 'web-1:80'],
    [
      'of an endpoint of a headless service: 1:1, too',
      {},
      {
        owner: service({ isHeadless: true }),
        source: 'endpoints',
        pods: [pod('web-1', { ports: [{ name: 'http', number: 8080, protocol: 'TCP' }] })],
      },
      'web-1:80',
    ],
    [
      'of a service with one number for UDP and TCP',
      { port: 53 },
      {
        owner: service({
          ports: [
            { name: 'dns', number: 53, protocol: 'UDP', targetPort: 5353 },
            { name: 'dns-tcp', number: 53, protocol: 'TCP', targetPort: 5354 },
          ],
        }),
      },
      'web-1:5354',
    ],
    ['of a pod by number, declared or not', { ...ofPod, port: 9 }, { owner: null }, 'web-1:9'],
    [
      'of a pod by name',
      { ...ofPod, port: 'http' },
      { owner: null, pods: [pod('web-1', { ports: [http] })] },
      'web-1:8080',
    ],
    [
      'of an endpoint, by the name that the service has for it',
      {},
      {
        source: 'endpoints',
        pods: [pod('web-1', { ports: [{ name: 'http', number: 7000, protocol: 'TCP' }] })],
      },
      'web-1:7000',
    ],
    [
      'that the service does not have',
      { port: 81 },
      {},
      'config-invalid: service/web has no port 81 | Its only port is 80 (http): correct remote_port in the config',
    ],
    [
      'of a service without ports',
      { port: 9093 },
      { owner: service({ isHeadless: true, ports: [] }) },
      'config-invalid: service/web has no ports | Forward to a pod or a workload behind it: correct resource_type and resource_name in the config',
    ],
    [
      'that the pod does not have by that name',
      { ...ofPod, port: 'admin' },
      { owner: null, pods: [pod('web-1', { ports: [http, { name: null, number: 9, protocol: 'TCP' }] })] },
      'config-invalid: pod/web-1 has no port admin | Its only port is 8080 (http): correct remote_port in the config',
    ],
    [
      'that has no name anywhere',
      { ...ofPod, port: 'admin' },
      { owner: null },
      'config-invalid: pod/web-1 has no named ports | Correct remote_port in the config: write a number',
    ],
    [
      'that is UDP',
      { port: 53 },
      { owner: service({ ports: [{ name: 'dns', number: 53, protocol: 'UDP', targetPort: 53 }] }) },
      'config-invalid: Port 53 of service/web is UDP, and only TCP can be forwarded | Correct remote_port in the config',
    ],
    [
      'that the pods do not have',
      {},
      { owner: service({ ports: [servicePort] }) },
      'config-invalid: service/web leads to a port named http, which pod/web-1 does not have | Correct targetPort of the service, or the name of the port in its pods',
    ],
  ])('%s', (_, asked, known, expected) => {
    expect(shown(judge(asked, known))).toBe(expected);
  });

  const anyService: fc.Arbitrary<KubeService> = fc.record({
    kind: fc.constant('service' as const),
    name: fc.constant('web'),
    selector: fc.constant('app=web'),
    isHeadless: fc.boolean(),
    externalName: fc.constant(null),
    publishesNotReady: fc.boolean(),
    ports: fc.array(
      fc.record({
        name: fc.constantFrom('a', 'b', 'c'),
        number: fc.integer({ min: 1, max: 5 }),
        protocol: fc.constantFrom('TCP', 'UDP'),
        targetPort: fc.oneof(fc.integer({ min: 10, max: 15 }), fc.constantFrom('x', 'y')),
      }),
      { maxLength: 4 },
    ),
  });

  it('is a TCP port that the service leads to, for any service', () => {
    fc.assert(
      fc.property(
        anyService,
        fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom('a', 'b', 'c')),
        (owner, port) => {
          const ports = [{ name: 'x', number: 20, protocol: 'TCP' }];
          const verdict = judge({ port }, { owner, pods: [pod('web-1', { ports })] });
          const meant = owner.ports.filter(
            ({ name, number, protocol }) => (name === port || number === port) && protocol === 'TCP',
          );
          const targets = meant.map(({ number, targetPort }) =>
            owner.isHeadless ? number : targetPort === 'x' ? 20 : targetPort,
          );
          if (verdict.kind === 'pod') expect(targets).toContain(verdict.port);
          else {
            expect(verdict.cause.code).toBe('config-invalid');
            // It is missing only if no pod has the name, or there is no TCP port at all.
            expect(targets.length === 0 || targets.includes('y')).toBe(true);
          }
        },
      ),
    );
  });
});

describe('a target', () => {
  const job = { kind: 'workload', name: 'migrate', selector: 'job-name=migrate', replicas: null } as const;
  const ofJob: Partial<TargetQuestion> = { target: { kind: 'job', name: 'migrate' } };

  it.each<readonly [string, Partial<TargetQuestion>, Partial<TargetFacts>, string]>([
    [
      'whose only pod runs and is not ready',
      {},
      { pods: [pod('web-1', { ...unready, reason: 'CrashLoopBackOff' })] },
      'web-1:8080 unready | web-1 is running but not ready (CrashLoopBackOff)',
    ],
    [
      'that publishes pods which are not ready',
      {},
      { owner: service({ publishesNotReady: true }), pods: [pod('web-1', unready)] },
      'web-1:8080',
    ],
    [
      'without pods',
      {},
      { pods: [] },
      'no-ready-pod: No ready pod behind service/web | there are no pods | LocalPort connects as soon as a pod is ready',
    ],
    [
      'whose pods cannot start, or go',
      {},
      {
        pods: [
          pod('web-2', { ...unready, phase: 'Pending', reason: 'ImagePullBackOff' }),
          pod('web-1', { isTerminating: true }),
        ],
      },
      'no-ready-pod: No ready pod behind service/web | web-1 is terminating, web-2 is pending (ImagePullBackOff) | LocalPort connects as soon as a pod is ready',
    ],
    [
      'that is scaled to 0',
      { target: { kind: 'deployment', name: 'web' } },
      { owner: { kind: 'workload', name: 'web', selector: 'app=web', replicas: 0, ending: null }, pods: [] },
      'no-ready-pod: No ready pod behind deployment/web | it is scaled to 0 | LocalPort connects as soon as a pod is ready',
    ],
    [
      'that is a job and done',
      ofJob,
      { owner: { ...job, ending: 'Complete' }, pods: [pod('migrate-1', { phase: 'Succeeded' })] },
      'no-ready-pod: job/migrate has finished (Complete) | A finished job never runs again: create a new one',
    ],
    [
      'that is a pod and done',
      ofPod,
      { owner: null, pods: [pod('web-1', { ...unready, phase: 'Failed', reason: 'Evicted' })] },
      'no-ready-pod: pod/web-1 has finished (Failed) | web-1: Evicted | A finished pod never runs again: forward to a new pod, or to its Deployment or Service',
    ],
    [
      'that is a name of the DNS',
      {},
      { owner: service({ externalName: 'db.example.com', selector: null }), pods: [] },
      'config-invalid: service/web is another name for db.example.com and has no pods | Connect to that host with technology tcp or ssh',
    ],
    [
      'that leads out of the cluster',
      {},
      { owner: service({ selector: null }), pods: [], source: 'endpoints', strangers: ['10.1.2.3'] },
      'config-invalid: service/web leads to addresses without a pod, which cannot be forwarded to | 10.1.2.3 | Connect to that address through an ssh host that can reach it',
    ],
    [
      'without selector and endpoints',
      {},
      { owner: service({ selector: null }), pods: [], source: 'endpoints' },
      'no-ready-pod: No ready pod behind service/web | it has no selector, and no endpoints | LocalPort connects as soon as a pod is ready',
    ],
  ])('%s', (_, asked, known, expected) => {
    expect(shown(judge(asked, known))).toBe(expected);
  });
});
