/** The API server of a cluster fails, in a different way each time; forwards through it are cut. */
import type { KubeApi } from '../../fixtures/kube-api.ts';
import type { FaultWorld, Service } from '../fault-world.ts';
import { delay, nowMs } from '../monotonic.ts';
import { failedOf, inWords, servedAgainAt } from '../requests.ts';
import { reportForAll, reportSeconds, type Outage } from '../row-figures.ts';
import type { Row } from '../row.ts';

const awaySeconds = 5;
const recoveryDeadlineMs = 20_000;
const betweenMs = 3_000;
const pollMs = 50;

interface Fault {
  readonly name: string;
  readonly begin: (kube: KubeApi) => void | Promise<void>;
  readonly end: (kube: KubeApi) => void | Promise<void>;
}

const faults: readonly Fault[] = [
  {
    name: '500',
    begin: (kube) => {
      kube.setAccess('broken');
    },
    end: allow,
  },
  {
    name: '401',
    begin: (kube) => {
      kube.setAccess('unauthorized');
    },
    end: allow,
  },
  {
    name: 'hang',
    begin: (kube) => {
      kube.setHanging(true);
    },
    end: (kube) => {
      kube.setHanging(false);
    },
  },
  { name: 'gone', begin: (kube) => kube.stop(), end: (kube) => kube.start() },
];

function allow(kube: KubeApi): void {
  kube.setAccess('allowed');
}

const kubeApi = (fault: Fault): Row => ({
  name: `kube-api-${fault.name}`,
  what: `the API server's forwards are cut, and for ${awaySeconds} s it is like this: ${fault.name}`,
  run: async (world) => {
    const host = await world.addHost();
    const kube = await world.addCluster(host);
    const kubectl = world.addKubectl('kubectl');
    await world.addOthers();
    await world.start([kubectl]);
    await world.pause(betweenMs);
    const outage = await takeAway(world, kubectl, { kube, fault });
    await delay(betweenMs);
    await reportForAll(world);
    const requests = world.requestsTo(kubectl);
    const servesAt = servedAgainAt(requests, outage.backAt);
    reportSeconds(null, {
      figure: 'kubectl answered after it was back',
      ms: servesAt === null ? null : servesAt - outage.backAt,
      note: `${inWords(failedOf(requests)) || 'none'} lost; in the end ${world.timeline('kubectl').inWords()}`,
    });
  },
});

/** Resolves when clients are answered again, or after the deadline. */
async function takeAway(
  world: FaultWorld,
  service: Service,
  { kube, fault }: { readonly kube: KubeApi; readonly fault: Fault },
): Promise<Outage> {
  const begunAt = nowMs();
  await fault.begin(kube);
  kube.dropForwards();
  await delay(awaySeconds * 1_000);
  await fault.end(kube);
  const backAt = nowMs();
  const isBack = (): boolean => servedAgainAt(world.requestsTo(service), backAt) !== null;
  while (!isBack() && nowMs() < backAt + recoveryDeadlineMs) await delay(pollMs);
  return { begunAt, backAt };
}

export const kubeApiRows: readonly Row[] = faults.map(kubeApi);
