/** What clients notice of 20 kills: one connects every 10 ms while the tunnel that serves it is killed. */
import { eventually } from '../fixtures/eventually.ts';
import { startPolling } from '../fixtures/polling-client.ts';
import { allCalm } from './app-state.ts';
import { runInScope } from './bench-scope.ts';
import { reportNone } from './figure.ts';
import { launch, localPortApp } from './launched-app.ts';
import { prepareForwards, type MeasuredForward } from './measured-forwards.ts';
import { killNow } from './tunnel-process.ts';

/** Half of them ssh, half kubectl; enough that each has cleared its last kill. */
const forwardsOfEach = 2;
const rounds = 5;
const answersBefore = 20;
const answersAfter = 50;

interface Toll {
  readonly answered: number;
  readonly refused: number;
  /** In flight when the tunnel died, and lost with it: sent bytes are never sent again. */
  readonly inFlight: number;
  /** Begun after the tunnel had died. */
  readonly failedAfter: number;
  readonly slowestMs: number;
}

async function killUnderLoad({ localPort: port }: MeasuredForward, pid: number): Promise<Toll> {
  const client = startPolling({ host: '127.0.0.1', port }, 'echo');
  await eventually('the client is answered', () => client.answered > answersBefore);
  killNow(pid);
  const deadAt = performance.now();
  const answeredAtKill = client.answered;
  await eventually('it is answered again', () => client.answered > answeredAtKill + answersAfter, 20_000);
  const { answered, refused, failed, slowestMs } = await client.stop();
  const failedAfter = failed.filter(({ startedAt }) => startedAt > deadAt).length;
  return { answered, refused, inFlight: failed.length - failedAfter, failedAfter, slowestMs };
}

await runInScope('refusals', async (scope) => {
  const counts = { ssh: forwardsOfEach, kubectl: forwardsOfEach, tcp: 0 };
  const { world, forwards } = await prepareForwards(scope, counts);
  const app = launch(scope, world, localPortApp);
  const tolls: Toll[] = [];
  for (let round = 0; round < rounds; round++) {
    const services = await allCalm(app);
    for (const forward of forwards) {
      const pid = services.find(({ name }) => name === forward.name)?.pid ?? NaN;
      tolls.push(await killUnderLoad(forward, pid));
    }
  }
  const sum = (of: (toll: Toll) => number): number => tolls.reduce((total, toll) => total + of(toll), 0);
  const slowest = Math.max(...tolls.map(({ slowestMs }) => slowestMs)) / 1000;
  reportNone({
    figure: `connections refused during ${tolls.length} kills under load`,
    value: sum((toll) => toll.refused),
    note: `${sum((toll) => toll.answered)} answered, the slowest in ${slowest.toFixed(2)} s`,
  });
  reportNone({
    figure: 'requests begun after a kill that failed',
    value: sum((toll) => toll.failedAfter),
    note: `${sum((toll) => toll.inFlight)} were on the way when their tunnel died, and lost with it`,
  });
});
