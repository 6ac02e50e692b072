import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ok } from '../../shared/result.ts';
import { aSnapshot } from '../shell/testing/snapshots.ts';
import type { CommandSurroundings } from './command-context.ts';
import { createContext } from './command-line.ts';
import { requireTrustIn } from './config-choice.ts';
import { requireTrust, requireTrustOfHost } from './config-trust.ts';
import { fakeClient } from './testing/fake-client.ts';
import { testSurroundings, type TestSurroundings } from './testing/test-context.ts';

let home: string;
let file: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'trust-'));
  file = path.join(home, 'localport.yaml');
  writeConfig('db');
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const writeConfig = (name: string): void =>
  writeFileSync(
    file,
    `services:\n  - { name: ${name}, technology: command, local_port: 5432, connection: { argv: [proxy, "{local_port}"] } }\n`,
    { mode: 0o600 },
  );

const review = `  db  localhost:5432 → wherever its program leads\n    runs proxy '{local_port}'\n`;

function at(change: Partial<CommandSurroundings>): TestSurroundings & { ask(): Promise<void> } {
  const surroundings = testSurroundings({ homeDirectory: home, ...change });
  const context = createContext({ color: false }, surroundings);
  return { ...surroundings, ask: () => requireTrust(context, file) };
}

describe('trust at a terminal', () => {
  it('is requested with what would run, and remembered after a yes', async () => {
    const questions: string[] = [];
    const terminal = at({
      confirm: (question) => {
        questions.push(question);
        return Promise.resolve(true);
      },
    });
    await terminal.ask();
    expect(terminal.complained()).toBe(
      `${file} is not trusted, so nothing in it runs. It would run:\n${review}`,
    );
    await terminal.ask();
    expect(questions).toEqual(['Trust it? [y/N] ']);
    writeConfig('other');
    await terminal.ask();
    expect(questions).toHaveLength(2);
    expect(terminal.complained()).toContain(`${file} changed and is not trusted`);
  });

  it('is not given by a no', async () => {
    const terminal = at({ confirm: () => Promise.resolve(false) });
    for (const message of [`${file} is not trusted`, `${file} is not trusted`])
      await expect(terminal.ask()).rejects.toMatchObject({
        message,
        hint: `To trust it: localport trust ${file}`,
      });
  });

  it('is given to the exact text that a host has under review', async () => {
    const asked: unknown[] = [];
    const client = fakeClient({
      request: (name, params) => {
        asked.push([name, params]);
        return Promise.resolve(ok(aSnapshot().config as never));
      },
    });
    const context = createContext(
      { color: false },
      testSurroundings({ homeDirectory: home, confirm: () => Promise.resolve(true) }),
    );
    const config = {
      status: 'untrusted',
      path: file,
      problems: [],
      review: { digest: 'abc', isChanged: true, services: [] },
    } as const;
    await requireTrustOfHost(context, client, config);
    expect(asked).toEqual([['trust', { digest: 'abc' }]]);
  });
});

describe('trust if no one can be asked', () => {
  it('is a failure that says what would run, and names the command', async () => {
    await expect(at({}).ask()).rejects.toMatchObject({
      message: `${file} is not trusted, so nothing in it runs`,
      hint: `${review}To trust it: localport trust ${file}`,
    });
  });

  it('is not needed for a config that is named, or in its default place', async () => {
    const context = createContext({ color: false }, testSurroundings({ homeDirectory: home }));
    await requireTrustIn(context, { path: file, foundBy: 'option' });
    await requireTrustIn(context, { path: file, foundBy: 'environment' });
    await requireTrustIn(context, { path: file, foundBy: 'search' });
    await expect(requireTrustIn(context, { path: file, foundBy: 'folder' })).rejects.toThrow(
      'is not trusted',
    );
  });
});
