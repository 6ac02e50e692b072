/**
 * Tiny real programs that misbehave on purpose. Programs that tests signal print `ready PID` first, PID being
 * the process that must end.
 */
type Argv = readonly [string, ...string[]];

const sh = (script: string): Argv => ['/bin/sh', '-c', script];
const node = (script: string): Argv => [process.execPath, '-e', script];

export const programs = {
  // Written for Node: a shell would still be about to exec another program when it is ready.
  endsOnTerm: node("console.log('ready ' + process.pid); setInterval(() => undefined, 60_000)"),
  ignoresTerm: sh("trap '' TERM; echo ready $$; while :; do sleep 1; done"),
  /** Ends on TERM; its child does not. */
  leavesStubbornGrandchild: sh(`sh -c 'trap "" TERM; echo ready $$; exec sleep 60' & wait`),
  /** Ends at once; its child stays in the group. */
  abandonsGrandchild: node(`
    const child = require('node:child_process').spawn('sleep', ['60'], { stdio: 'inherit' });
    console.log('ready ' + child.pid);
    child.unref();`),
  /** Its child leaves the process group and keeps the pipes open. */
  leaksPipesOutOfGroup: node(`
    const child = require('node:child_process').spawn('sleep', ['60'], { detached: true, stdio: 'inherit' });
    console.log('ready ' + child.pid);
    child.unref();`),
  /** Its child has a process group of its own, and both keep running. */
  startsGroupOfItsOwn: node(`
    const child = require('node:child_process').spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    console.log('ready ' + child.pid);`),
  printsMegabytesWithoutNewline: node(`process.stdout.write('x'.repeat(2 << 20) + '\\nlast\\n')`),
  printsLineBreaksForever: ['yes', ''] as const,
  printsLinesForever: ['yes'] as const,
  printsErrorsForever: sh('exec yes >&2'),
  /** Each with its number; the last one is number 5000. */
  printsFiveThousandErrors: sh('seq 5000 >&2; exit 1'),
  printsHalfALine: sh('printf "whole\\r\\nhalf" >&2; exit 3'),
  printsManyErrors: sh('i=0; while [ $i -lt 50 ]; do i=$((i+1)); echo "error $i" >&2; done; exit 1'),
  exitsAtOnce: sh('exit 7'),
  endsOnIntOnly: sh("trap '' TERM; trap 'exit 0' INT; echo ready $$; while :; do sleep 0.05; done"),
  printsEnvironment: ['env'] as const,
} satisfies Record<string, Argv>;
