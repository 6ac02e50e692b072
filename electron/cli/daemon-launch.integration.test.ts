import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { err, ok } from '../../shared/result.ts';
import { systemClock as clock } from '../core/clock.ts';
import { aSnapshot } from '../shell/testing/snapshots.ts';
import type { CommandContext, CommandSurroundings } from './command-context.ts';
import { createContext } from './command-line.ts';
import { launchDaemon } from './daemon-launch.ts';
import { fakeClient } from './testing/fake-client.ts';
import { testSurroundings } from './testing/test-context.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'launch-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** `daemon`: the program to start in place of the real one. */
function contextWith(daemon: string, connect?: CommandSurroundings['connect']): CommandContext {
  writeFileSync(path.join(folder, 'daemon.cjs'), daemon);
  writeFileSync(path.join(folder, 'my.yaml'), 'services: []\n');
  const surroundings = testSurroundings({
    env: process.env,
    clock,
    homeDirectory: folder,
    workingDirectory: folder,
    programFolder: folder,
    ...(connect === undefined ? {} : { connect }),
  });
  return createContext({ color: false, config: 'my.yaml', debug: true }, surroundings);
}

const writeArguments = `require('node:fs').writeFileSync(__dirname + '/arguments', process.argv.slice(2).join(' '));`;

describe('the launch of a daemon', () => {
  it('passes config and log level, and waits until the host, however busy, has read its config', async () => {
    const asked: string[] = [];
    const client = fakeClient({
      request: (name) => {
        asked.push(name);
        return Promise.resolve(ok(aSnapshot().config as never));
      },
    });
    // It answers only after it has run, and is too busy at first when it listens.
    const argumentsFile = path.join(folder, 'arguments');
    let isBusy = true;
    const context = contextWith(writeArguments, () => {
      try {
        readFileSync(argumentsFile);
        if (!isBusy) return Promise.resolve(ok(client));
        isBusy = false;
        return Promise.resolve(err({ code: 'timed-out', message: 'no answer within 2 s' }));
      } catch {
        return Promise.resolve(err({ code: 'not-running', message: '' }));
      }
    });
    expect(await launchDaemon(context)).toBe(client);
    expect(asked).toEqual(['reload']);
    expect(readFileSync(argumentsFile, 'utf8')).toBe(
      `--config ${path.join(folder, 'my.yaml')} --log-level debug`,
    );
  });

  it('does not start with a named config that does not exist', async () => {
    const context = contextWith(writeArguments);
    rmSync(path.join(folder, 'my.yaml'));
    await expect(launchDaemon(context)).rejects.toMatchObject({
      message: `there is no config ${path.join(folder, 'my.yaml')}`,
    });
    expect(existsSync(path.join(folder, 'arguments'))).toBe(false);
  });

  it("fails with the daemon's message if it exits instead", async () => {
    const context = contextWith(`console.error('LocalPort could not start: no room'); process.exit(1);`);
    await expect(launchDaemon(context)).rejects.toMatchObject({
      message: 'the daemon ended with exit code 1',
      hint: 'LocalPort could not start: no room',
    });
  });

  // LaunchServices still lists the old app for a moment after it has exited.
  it('retries for an app that was not found because it has just exited', async () => {
    mkdirSync(path.join(folder, 'build'));
    const tries = path.join(folder, 'tries');
    const isOpen = (): boolean => existsSync(tries) && readFileSync(tries, 'utf8') === '111';
    const app = `import { appendFileSync, readFileSync } from 'node:fs';
      appendFileSync(${JSON.stringify(tries)}, '1');
      if (readFileSync(${JSON.stringify(tries)}, 'utf8') !== '111') {
        console.error('_LSOpenURLsWithCompletionHandler() failed for the application /Applications/LocalPort.app with error -600.');
        process.exit(1);
      }`;
    writeFileSync(path.join(folder, 'build/start.mjs'), app);
    const client = fakeClient({ request: () => Promise.resolve(ok(aSnapshot().config as never)) });
    const context = contextWith('', () =>
      Promise.resolve(isOpen() ? ok(client) : err({ code: 'not-running', message: '' })),
    );
    const programFolder = path.join(folder, 'dist');
    expect(await launchDaemon({ ...context, programFolder }, { kind: 'menu-bar' })).toBe(client);
  });
});
