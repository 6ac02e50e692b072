#!/usr/bin/env node
/** The `localport` command: the composition root that connects a command line to its process. */
import { homedir } from 'node:os';
import path from 'node:path';
import { systemClock as clock } from '../core/clock.ts';
import { commandFolders } from '../core/install/command-folder.ts';
import { findAppPaths } from '../core/config/app-paths.ts';
import { workingDirectory } from '../core/process/working-directory.ts';
import { version } from '../version.ts';
import { runtimeOf } from '../core/install/app-runtime.ts';
import { runCommandLine } from './command-line.ts';
import { endProcess } from './process-end.ts';
import { askAtTerminal, confirmAtTerminal } from './terminal-question.ts';

const interruption = new AbortController();
// Once: a second Ctrl-C gets the default and ends us at once.
process.once('SIGINT', () => {
  interruption.abort();
});
// The reader of the pipe has closed it: `localport logs | head`.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
}

const { env, platform } = process;
const homeDirectory = homedir();
const uid = process.getuid?.() ?? 0;
const paths = findAppPaths({ platform, env, homeDirectory, uid });
const runtime = runtimeOf(process);

void runCommandLine(process.argv.slice(2), {
  openStdin: () => process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env,
  platform,
  workingDirectory: workingDirectory(),
  homeDirectory,
  uid,
  clock,
  paths,
  programFolder: path.resolve(__dirname),
  commandFolders: commandFolders({ platform, homeDirectory }),
  runtime,
  signal: interruption.signal,
  ...(process.stdin.isTTY && process.stderr.isTTY
    ? {
        confirm: (question: string) => confirmAtTerminal(question, interruption.signal),
        prompt: (question: string) => askAtTerminal(question, interruption.signal),
      }
    : {}),
  connect: async (patienceMs) =>
    (await import('./host-call.ts')).callHost({
      paths,
      clock,
      version,
      ...(patienceMs === undefined ? {} : { patienceMs }),
    }),
}).then((code) => endProcess({ code, runtime, streams: [process.stdout, process.stderr] }));
