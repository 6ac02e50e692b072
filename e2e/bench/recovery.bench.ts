/**
 * How long a client waits after the tunnel was killed: from kill -9 to the answer to the first new request, alternating
 * with a manual start of the same command, the part that cannot be avoided.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { World } from '../fixtures/electron-app.ts';
import { exchange } from '../fixtures/servers.ts';
import { allCalm } from './app-state.ts';
import { runInScope } from './bench-scope.ts';
import { median, range, reportAtMost, secondsSince } from './figure.ts';
import { launch, localPortApp } from './launched-app.ts';
import { prepareForwards, type MeasuredForward } from './measured-forwards.ts';
import { killNow, measureOwnStart } from './tunnel-process.ts';

/** Several forwards, each with its own process, because one that fails again within 10 s waits before it retries. */
const forwardsOfEach = 3;
const rounds = 3;
const maxAddedSeconds = { ssh: 0.5, kubectl: 1 } as const;
const answerDeadlineSeconds = 20;
const pauseAfterFailureMs = 5;

interface Recovery {
  readonly forward: MeasuredForward;
  readonly answered: number;
  readonly ownStart: number;
  readonly failedRequests: number;
}

async function measureRecovery(world: World, forward: MeasuredForward, pid: number): Promise<Recovery> {
  const ownStart = await measureOwnStart(world, pid);
  const killedAt = performance.now();
  killNow(pid);
  for (let failedRequests = 0; secondsSince(killedAt) < answerDeadlineSeconds; failedRequests++) {
    const answer = await exchange({ host: '127.0.0.1', port: forward.localPort }, 'alive?').catch(String);
    if (answer === 'alive?') return { forward, ownStart, failedRequests, answered: secondsSince(killedAt) };
    await delay(pauseAfterFailureMs);
  }
  throw new Error(`${forward.name} was not answered again`);
}

function reportRecoveries(technology: keyof typeof maxAddedSeconds, recoveries: readonly Recovery[]): void {
  const ofThis = recoveries.filter(({ forward }) => forward.technology === technology);
  const answered = ofThis.map((recovery) => recovery.answered);
  const ownStart = median(ofThis.map((recovery) => recovery.ownStart));
  const failed = ofThis.reduce((sum, { failedRequests }) => sum + failedRequests, 0);
  reportAtMost(maxAddedSeconds[technology], {
    figure: `${technology} killed → first new request answered, over its own start`,
    value: median(answered) - ownStart,
    unit: 's',
    note:
      `median of ${ofThis.length}: ${median(answered).toFixed(2)} (${range(answered)}), ` +
      `own start ${ownStart.toFixed(2)}; ${failed} requests failed`,
  });
}

await runInScope('recovery', async (scope) => {
  const counts = { ssh: forwardsOfEach, kubectl: forwardsOfEach, tcp: 0 };
  const { world, forwards } = await prepareForwards(scope, counts, { share: false });
  const app = launch(scope, world, localPortApp);
  const recoveries: Recovery[] = [];
  for (let round = 0; round < rounds; round++) {
    const services = await allCalm(app);
    for (const forward of forwards) {
      const pid = services.find(({ name }) => name === forward.name)?.pid ?? NaN;
      recoveries.push(await measureRecovery(world, forward, pid));
    }
  }
  reportRecoveries('ssh', recoveries);
  reportRecoveries('kubectl', recoveries);
});
