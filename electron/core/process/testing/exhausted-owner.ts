/**
 * Stands in for the app when its file descriptors run out, under a low `ulimit -n`: before a child starts (argument
 * `child`), or after that and before its guardian starts (`guardian`). Prints one line of JSON when the child has ended and
 * descriptors have been free again for a while. An uncaught error ends it, as it would end the daemon.
 */
import { closeSync, openSync } from 'node:fs';
import { sleep, systemClock as clock } from '../../clock.ts';
import { silentLogger } from '../../observability/logger.ts';
import { Lifeline } from '../lifeline.ts';
import { spawnChild } from '../spawned-child.ts';

const opened: number[] = [];

function exhaustDescriptors(): void {
  try {
    for (;;) opened.push(openSync('/dev/null', 'r'));
  } catch {
    // That was the last one.
  }
}

async function main(when: string): Promise<void> {
  const warnings: string[] = [];
  const log = { ...silentLogger, warn: (line: string) => warnings.push(line) };
  const lifeline = new Lifeline({ clock, log });
  const exhausting = { add: exhaustDescriptors, remove: () => undefined };
  if (when === 'child') exhaustDescriptors();
  const child = spawnChild(
    { name: 'child', argv: ['sh', '-c', 'echo done >&2'] },
    {
      clock,
      log,
      environment: () => ({ PATH: process.env['PATH'] ?? '' }),
      registries: when === 'guardian' ? [exhausting, lifeline] : [lifeline],
    },
  );
  const { exitCode, startError, lastLines } = await child.exited;
  for (const descriptor of opened.splice(0)) closeSync(descriptor);
  const later = await sleep(clock, 1_500);
  const hasGuardian = later && lifeline.guardianPid !== null;
  console.log(JSON.stringify({ exitCode, startError, lastLines, warnings, hasGuardian }));
  await lifeline.close();
}

void main(process.argv[2] ?? '');
