/** Files of up to 1 MB in place of the config of a running daemon. */
import { performance } from 'node:perf_hooks';
import { hostileConfigs } from '../../electron/core/config/testing/hostile-configs.ts';
import type { Scope } from '../../electron/core/scope.ts';
import { eventually } from '../fixtures/eventually.ts';
import { reportAtMost } from '../bench/figure.ts';
import { prepareQuietForward } from './quiet-forward.ts';
import { WatchedDaemon } from './watched-daemon.ts';

const answerDeadlineMs = 60_000;
const maxStallMs = 50;
const maxAnswerSeconds = 2;
const maxGrownMb = 100;

export async function measureHostileFiles(scope: Scope): Promise<void> {
  const { entry } = await prepareQuietForward(scope);
  const sound = JSON.stringify({ services: [entry] });
  const watched = await WatchedDaemon.start(scope, sound);
  const { daemon } = watched;
  const isSound = (): boolean => {
    const { latest } = daemon;
    return (
      latest?.config.status === 'loaded' &&
      latest.config.problems.length === 0 &&
      latest.services.length === 1
    );
  };
  await eventually('the config is read', isSound);
  for (const [name, text] of hostileConfigs) {
    const hostile = text();
    let seconds = NaN;
    const { stallMs, grownMb } = await watched.during(async () => {
      const startedAt = performance.now();
      daemon.writeConfig(hostile);
      await eventually('it is answered', () => !isSound(), answerDeadlineMs);
      seconds = (performance.now() - startedAt) / 1_000;
    });
    reportAtMost(maxStallMs, {
      figure: `${name}: longest stall of the event loop`,
      value: stallMs,
      unit: 'ms',
    });
    reportAtMost(maxAnswerSeconds, { figure: `${name}: answered`, value: seconds, unit: 's' });
    reportAtMost(maxGrownMb, { figure: `${name}: memory grows by`, value: grownMb, unit: 'MB' });
    daemon.writeConfig(sound);
    await eventually('the config is read', isSound, answerDeadlineMs);
  }
}
