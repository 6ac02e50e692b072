import type { KubePod, KubeService } from '../kube-objects.ts';

/** A running, ready pod. */
export const pod = (name: string, given: Partial<KubePod> = {}): KubePod => ({
  name,
  uid: `uid-${name}`,
  phase: 'Running',
  isReady: true,
  readySince: '2026-01-01T00:00:00Z',
  isTerminating: false,
  restarts: 0,
  createdAt: '2026-01-01T00:00:00Z',
  reason: null,
  ports: [],
  ...given,
});

/** A service `web` with port 80, which leads to port 8080 of its pods. */
export const service = (given: Partial<KubeService> = {}): KubeService => ({
  kind: 'service',
  name: 'web',
  selector: 'app=web',
  ports: [{ name: 'http', number: 80, protocol: 'TCP', targetPort: 8080 }],
  isHeadless: false,
  externalName: null,
  publishesNotReady: false,
  ...given,
});
