/** The program that opens a URL on the desktop, in place of the real one. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { ok } from '../../../shared/result.ts';
import { aService, aSnapshot } from '../../shell/testing/snapshots.ts';
import { FakeClock } from '../../core/testing/fake-clock.ts';
import { endGroup, groupIsAlive } from '../../core/process/process-group.ts';
import { systemClock } from '../../core/clock.ts';
import { runCommandLine } from '../command-line.ts';
import { fakeClient } from '../testing/fake-client.ts';
import { testSurroundings } from '../testing/test-context.ts';

let folder: string;
const clock = new FakeClock();

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'open-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs `localport open web` with this script as xdg-open; `said` is the output so far. */
function openWith(script: string | null, ...options: readonly string[]) {
  return open({ script, service: aService('web', { scheme: 'http' }), options });
}

interface Opening {
  readonly script: string | null;
  readonly service: ServiceSnapshot;
  readonly options: readonly string[];
}

function open({ script, service, options }: Opening) {
  if (script !== null) {
    writeFileSync(path.join(folder, 'xdg-open'), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(folder, 'xdg-open'), 0o755);
  }
  const surroundings = testSurroundings({
    clock,
    workingDirectory: folder,
    env: { DISPLAY: ':9', PATH: script === null ? folder : `${folder}:/usr/bin:/bin` },
    connect: () =>
      Promise.resolve(ok(fakeClient({ request: () => Promise.resolve(ok(aSnapshot(service) as never)) }))),
  });
  const said = (): string => surroundings.printed() + surroundings.complained();
  return { said, code: runCommandLine(['open', 'web', ...options], surroundings) };
}

it('leaves an opener that keeps running to itself, and reports after the wait', async () => {
  const seen = path.join(folder, 'pid');
  const { said, code } = openWith(
    `echo $$ > '${seen}.new' && mv '${seen}.new' '${seen}'\nexec sleep 60`,
    '-o',
    'json',
  );
  await vi.waitFor(() => expect(existsSync(seen)).toBe(true), 10_000);
  const group = Number(readFileSync(seen, 'utf8'));
  try {
    expect(said()).toBe('');
    await clock.advance(5_000);
    expect(await code).toBe(0);
    expect(JSON.parse(said())).toMatchObject({ name: 'web', opened: true });
    expect(await groupIsAlive(group)).toBe(true);
  } finally {
    await endGroup(group, 0, systemClock);
  }
});

it('reports an opener that fails, and no success before it', async () => {
  const { said, code } = openWith('exit 3', '-o', 'json');
  expect(await code).toBe(1);
  expect(said()).toBe('error: http://localhost:5432/ could not be opened: xdg-open ended with exit code 3\n');
});

it('names the program to install', async () => {
  const { said, code } = openWith(null, '-o', 'json');
  expect(await code).toBe(1);
  expect(said()).toBe(
    'error: http://localhost:5432/ could not be opened: xdg-open was not found\nInstall xdg-open, or open the address yourself.\n',
  );
});

it('opens nothing if the protocol is unknown, and says how to name it', async () => {
  const { said, code } = open({ script: 'exit 3', service: aService('web'), options: [] });
  expect(await code).toBe(0);
  expect(said()).toBe(
    'localhost:5432\nLocalPort does not know what protocol web speaks, so it opens nothing\nIf it speaks HTTP: localport edit web --check http\n',
  );
});
