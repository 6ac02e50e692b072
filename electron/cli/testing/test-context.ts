/** A command's context without a process: the output is recorded. */
import path from 'node:path';
import { Readable } from 'node:stream';
import { err } from '../../../shared/result.ts';
import { FakeClock } from '../../core/testing/fake-clock.ts';
import type { CommandSurroundings } from '../command-context.ts';

export interface TestSurroundings extends CommandSurroundings {
  readonly printed: () => string;
  readonly complained: () => string;
}

/** No host is running, and no file exists, unless the test says otherwise. */
export function testSurroundings(change: Partial<CommandSurroundings> = {}): TestSurroundings {
  const out: string[] = [];
  const complaints: string[] = [];
  const home = change.homeDirectory ?? '/home/nobody';
  return {
    openStdin: () => Readable.from([]),
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => complaints.push(text) },
    env: {},
    platform: 'linux',
    workingDirectory: '/nowhere',
    homeDirectory: home,
    uid: process.getuid?.() ?? 0,
    clock: new FakeClock(),
    paths: {
      stateDirectory: path.join(home, 'state'),
      logDirectory: path.join(home, 'logs'),
      runtimeDirectory: path.join(home, 'run'),
      defaultConfigPath: path.join(home, 'config.yaml'),
    },
    programFolder: '/nowhere',
    // Never those of this computer, where a test could remove something.
    commandFolders: [path.join(home, '.local/bin')],
    runtime: { kind: 'node', program: process.execPath },
    signal: new AbortController().signal,
    connect: () => Promise.resolve(err({ code: 'not-running', message: 'LocalPort is not running' })),
    ...change,
    printed: () => out.join(''),
    complained: () => complaints.join(''),
  };
}
