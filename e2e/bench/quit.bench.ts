/** How long a quit takes: from SIGTERM until the process and all its children are gone and the ports are free again. */
import { Scope } from '../../electron/core/scope.ts';
import { findLeftovers } from '../fixtures/leftovers.ts';
import { descendantsOf } from '../fixtures/process-tree.ts';
import { allCalm } from './app-state.ts';
import { median, range, reportAtMost, secondsSince } from './figure.ts';
import { launch, localPort } from './launched-app.ts';
import { prepareForwards, type MeasuredForwards } from './measured-forwards.ts';

const runs = 7;
const maxSeconds = 0.5;
const cleanDeadlineSeconds = 10;

interface Quit {
  readonly children: number;
  /** Until the process was gone, in s. */
  readonly processGone: number;
  /** Until nothing was left, in s. */
  readonly nothingLeft: number;
}

async function measureQuit(scope: Scope, { world, forwards }: MeasuredForwards): Promise<Quit> {
  const app = launch(scope, world, localPort);
  await allCalm(app);
  const children = (await descendantsOf(app.pid)).length;
  const signalledAt = performance.now();
  app.kill('SIGTERM');
  await app.exited;
  const processGone = secondsSince(signalledAt);
  const mark = `LOCALPORT_TEST_RUN=${world.env['LOCALPORT_TEST_RUN'] ?? ''}`;
  const ports = forwards.map((forward) => forward.localPort);
  for (;;) {
    const leftovers = await findLeftovers({ mark, folder: world.home, ports });
    const nothingLeft = secondsSince(signalledAt);
    if (leftovers.length === 0) return { children, processGone, nothingLeft };
    if (nothingLeft > cleanDeadlineSeconds) throw new Error(`left behind: ${leftovers.join(', ')}`);
  }
}

const scope = new Scope('quit');
try {
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
} finally {
  await scope.close();
}
