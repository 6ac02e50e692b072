/** The program in a container restarts: its port is closed for some time, and the pod stays. */
import { reportNone } from '../../bench/figure.ts';
import { echoPort } from '../../fixtures/echo-service.ts';
import { delay, nowMs } from '../monotonic.ts';
import { failedOf, inWords, servedAgainAt, type Request } from '../requests.ts';
import { reportForAll, reportSeconds } from '../row-figures.ts';
import type { Row } from '../row.ts';
import { isGreen } from '../timeline.ts';

const afterwardsMs = 8_000;
const recoveryDeadlineMs = 30_000;
const pollMs = 50;

/** `isWithinHold`: waiting clients are held until it is open again. */
const containerPortClosed = (seconds: number, isWithinHold: boolean): Row => ({
  name: `container-port-closed-${seconds}s`,
  what: `the port in a container is closed for ${seconds} s, while clients come`,
  run: async (world) => {
    const host = await world.addHost();
    const kube = await world.addCluster(host);
    const kubectl = world.addKubectl('kubectl');
    await world.addOthers();
    await world.start([kubectl]);
    await world.pause(3_000);
    const closedAt = nowMs();
    kube.setTarget(echoPort, null);
    await delay(seconds * 1_000);
    kube.setTarget(echoPort, host.echo);
    const openAt = nowMs();
    const isBack = (): boolean => servedAgainAt(world.requestsTo(kubectl), openAt) !== null;
    while (!isBack() && nowMs() < openAt + recoveryDeadlineMs) await delay(pollMs);
    await delay(afterwardsMs);
    await reportForAll(world);
    const requests = world.requestsTo(kubectl);
    const servesAt = servedAgainAt(requests, openAt);
    reportSeconds(null, {
      figure: 'answered after it is open',
      ms: servesAt === null ? null : servesAt - openAt,
    });
    reportLost(
      'requests begun after it is open that failed',
      requests.filter(({ begunAt }) => begunAt >= openAt),
    );
    // From the moment that LocalPort knows, a new client is promised to wait.
    const knownAt = world.timeline('kubectl').firstAt(closedAt, (service) => !isGreen(service)) ?? openAt;
    const held = requests.filter(({ begunAt }) => begunAt >= knownAt && begunAt < openAt);
    if (isWithinHold) reportLost('held requests that failed', held);
    const early = requests.filter(({ begunAt, endedAt }) => begunAt < knownAt && endedAt >= closedAt);
    reportSeconds(null, {
      figure: 'known after it is closed',
      ms: knownAt - closedAt,
      note: `until then ${inWords(failedOf(early)) || 'none'} lost`,
    });
  },
});

function reportLost(figure: string, requests: readonly Request[]): void {
  const lost = failedOf(requests);
  const note = `of ${requests.length}${lost.length > 0 ? `: ${inWords(lost)}` : ''}`;
  reportNone({ figure, value: lost.length, note });
}

export const containerPortRows: readonly Row[] = [
  containerPortClosed(5, true),
  containerPortClosed(40, false),
];
