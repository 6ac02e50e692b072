/** Stands in for the app: starts the programs in its one argument, a JSON list of argument lists, and waits to be killed. */
import { systemClock } from '../../clock.ts';
import { silentLogger } from '../../observability/logger.ts';
import { GroupLauncher } from '../child-launcher.ts';
import type { ChildRequest } from '../child-process.ts';
import { Lifeline } from '../lifeline.ts';
import { pidOfReadyLine } from './process-watch.ts';

async function main(programs: readonly ChildRequest['argv'][]): Promise<void> {
  const lifeline = new Lifeline({ clock: systemClock, log: silentLogger });
  const launcher = new GroupLauncher({
    clock: systemClock,
    log: silentLogger,
    environment: () => ({ PATH: process.env['PATH'] ?? '' }),
    registries: [lifeline],
  });
  const children = programs.map((argv, index) => launcher.launch({ name: `child ${index}`, argv }));
  const pids = await Promise.all(children.map(pidOfReadyLine));
  console.log(JSON.stringify({ pids, guardian: lifeline.guardianPid }));
  // Living children keep the event loop alive.
}

void main(JSON.parse(process.argv[2] ?? '[]') as ChildRequest['argv'][]);
