/** The pod behind a service is replaced, as in a rollout; the kubelet ends its forwards in one of three ways. */
import { eventually } from '../../fixtures/eventually.ts';
import type { ForwardEnd } from '../../fixtures/kube-cluster.ts';
import { reportGreenWhileDead } from '../false-green.ts';
import { nowMs } from '../monotonic.ts';
import { answeredAgainAt, failedOf, inWords } from '../requests.ts';
import { reportForAll, reportSeconds } from '../row-figures.ts';
import type { Row } from '../row.ts';

const patienceMs = 20_000;
const afterwardsMs = 3_000;

const podReplaced = (end: ForwardEnd): Row => ({
  name: `pod-replaced-${end}`,
  what: `the pod of a service is replaced, and its forwards are ${end}`,
  run: async (world) => {
    const kube = await world.addCluster(await world.addHost());
    const kubectl = world.addKubectl('kubectl');
    await world.addOthers();
    await world.start([kubectl]);
    await world.pause(3_000);
    const deadAt = nowMs();
    kube.addPod('echo-1', { labels: { app: 'echo' } });
    kube.removePod('echo-0', end);
    const servesAt = (): number | null => answeredAgainAt(world.requestsTo(kubectl), deadAt);
    // One that is not is a figure of the row.
    await eventually('it serves again', () => servesAt() !== null, patienceMs).catch(() => undefined);
    const dead = { deadAt, untilAt: nowMs() };
    await world.pause(afterwardsMs);
    await reportForAll(world);
    const at = servesAt();
    reportSeconds(null, {
      figure: 'kubectl answered again',
      ms: at === null ? null : at - deadAt,
      note: `${inWords(failedOf(world.requestsTo(kubectl))) || 'none'} lost`,
    });
    reportGreenWhileDead(world, kubectl, { dead, limit: null, what: 'with clients' });
  },
});

export const podReplacedRows: readonly Row[] = (['cut', 'refused', 'silent'] as const).map(podReplaced);
