/**
 * Stands in for an app that is killed while it starts a child: once the child runs, and before anything is known about it.
 * Prints the process of the child.
 */
import { ChildProcess, type SpawnOptions } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { systemClock as clock } from '../../clock.ts';
import { silentLogger } from '../../observability/logger.ts';
import { GroupLauncher } from '../child-launcher.ts';
import { Lifeline } from '../lifeline.ts';

interface Spawning {
  readonly pid?: number;
  spawn: (this: Spawning, options: SpawnOptions & { readonly file: string }) => unknown;
}

const prototype = ChildProcess.prototype as unknown as Spawning;
const spawn = prototype.spawn;
prototype.spawn = function (this: Spawning, options) {
  const outcome = spawn.call(this, options);
  if (options.file === 'sleep') {
    writeSync(1, `${this.pid}\n`);
    process.kill(process.pid, 'SIGKILL');
  }
  return outcome;
};

const lifeline = new Lifeline({ clock, log: silentLogger });
const environment = (): Record<string, string> => ({ PATH: process.env['PATH'] ?? '' });
const launcher = new GroupLauncher({
  clock,
  log: silentLogger,
  environment,
  registries: [lifeline],
  run: randomUUID(),
});
launcher.launch({ name: 'child', argv: ['sleep', '60'] });
