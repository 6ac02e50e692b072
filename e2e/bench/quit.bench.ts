/** How long a quit takes: from SIGTERM until the process and all its children are gone and the ports are free again. */
import type { Scope } from '../../electron/core/scope.ts';
import { findLeftovers } from '../fixtures/leftovers.ts';
import { descendantsOf, livingOf } from '../fixtures/process-tree.ts';
import { allCalm } from './app-state.ts';
import { runInScope } from './bench-scope.ts';
import { median, range, reportAtMost, secondsSince } from './figure.ts';
import { launch, localPortApp } from './launched-app.ts';
import { prepareForwards, type MeasuredForwards } from './measured-forwards.ts';

const runs = 7;
const maxSeconds = 0.5;
const cleanDeadlineSeconds = 10;

interface Quit {
  /** Descendants, including Electron's own. */
  readonly children: number;
  /** Until the process was gone, in s. */
  readonly processGone: number;
  /** Until nothing was left, in s. */
  readonly nothingLeft: number;
}

async function measureQuit(scope: Scope, { world, forwards }: MeasuredForwards): Promise<Quit> {
  const app = launch(scope, world, localPortApp);
  await allCalm(app);
  const children = await descendantsOf(app.pid);
  const signalledAt = performance.now();
  app.kill('SIGTERM');
  const exit = await app.exited;
  const processGone = secondsSince(signalledAt);
  // A crash would be quick, too.
  if (exit.code !== 0) throw new Error(`it did not quit, but ended with ${JSON.stringify(exit)}`);
  const mark = `LOCALPORT_TEST_RUN=${world.env['LOCALPORT_TEST_RUN'] ?? ''}`;
  const ports = forwards.map((forward) => forward.localPort);
  for (;;) {
    // The guardian has its own environment, without the marker.
    const [alive, leftovers] = await Promise.all([
      livingOf(children),
      findLeftovers({ mark, folder: world.home, ports }),
    ]);
    const nothingLeft = secondsSince(signalledAt);
    if (alive.length + leftovers.length === 0) return { children: children.length, processGone, nothingLeft };
    if (nothingLeft > cleanDeadlineSeconds)
      throw new Error(`left behind: ${[...alive, ...leftovers].join(', ')}`);
  }
}

await runInScope('quit', async (scope) => {
  const forwards = await prepareForwards(scope, { ssh: 2, kubectl: 1, tcp: 1 });
  const quits: Quit[] = [];
  for (let run = 0; run < runs; run++) quits.push(await measureQuit(scope, forwards));
  const whole = quits.map(({ nothingLeft }) => nothingLeft);
  const processGone = median(quits.map((quit) => quit.processGone));
  reportAtMost(maxSeconds, {
    figure: 'quit with 4 services up, to nothing left',
    value: median(whole),
    unit: 's',
    note: `median of ${runs}, ${range(whole)}; the process alone ${processGone.toFixed(2)}; it had ${quits[0]?.children} descendants`,
  });
  reportAtMost(maxSeconds, {
    figure: 'quit with 4 services up, slowest',
    value: Math.max(...whole),
    unit: 's',
  });
});
