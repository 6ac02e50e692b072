/** What a hostile cluster and a hostile folder can display on the screen of a user of the command. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostileTexts } from '../../e2e/fixtures/hostile-text.ts';
import { systemClock } from '../core/clock.ts';
import { runCommandLine } from './command-line.ts';
import { testSurroundings } from './testing/test-context.ts';

let home: string;
/** A name that a file system accepts, and that everything has in this test. */
const name = hostileTexts
  .join('')
  .replaceAll(/[\0/\ud800-\udfff]/g, '')
  .slice(0, 200);

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'localport-hostile-'));
});

afterEach(() => {
  rmSync(home, { recursive: true });
});

/** With a kubectl that gives the same answer to everything. */
async function run(argv: readonly string[], answer: unknown = {}): Promise<string> {
  const bin = path.join(home, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(path.join(home, 'answer'), typeof answer === 'string' ? answer : JSON.stringify(answer));
  const script = typeof answer === 'string' ? `cat '${home}/answer' >&2; exit 1` : `cat '${home}/answer'`;
  writeFileSync(path.join(bin, 'kubectl'), `#!/bin/sh\n${script}\n`, { mode: 0o700 });
  const written: string[] = [];
  const output = { write: (text: string) => written.push(text) };
  const surroundings = testSurroundings({
    stdout: output,
    stderr: output,
    env: { PATH: `${bin}:/usr/bin:/bin`, HOME: home, SHELL: '/bin/sh' },
    homeDirectory: home,
    workingDirectory: home,
    clock: systemClock,
  });
  await runCommandLine(argv, surroundings);
  return written.join('');
}

/** Everything except the line feeds that end our lines. */
const steering = /[^\P{Cc}\n\t]|[\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u2060\ufeff]/u;

const metadata = { name, namespace: name, creationTimestamp: name };
const answers = {
  events: {
    items: [
      {
        metadata,
        involvedObject: { kind: name, name },
        type: name,
        reason: name,
        message: name,
        lastTimestamp: name,
      },
    ],
  },
  pods: {
    items: [{ metadata, status: { phase: name, startTime: name, containerStatuses: [] } }],
  },
  status: {
    serverVersion: { gitVersion: name },
    items: [{ metadata, status: { conditions: [] } }],
  },
};

describe('a hostile cluster', () => {
  it.each(
    (['events', 'pods', 'status'] as const).flatMap((list) =>
      (['table', 'text', 'json'] as const).map((format) => [list, format] as const),
    ),
  )('cannot steer the terminal by its %s as %s', async (list, format) => {
    const out = await run(['cluster', list, '-o', format], answers[list]);
    expect(out).toContain(String.raw`\u001b]52;c;`);
    expect(out).not.toMatch(steering);
    if (format === 'json')
      expect(JSON.stringify(JSON.parse(out))).toContain(
        JSON.stringify(name.replaceAll(/\s+/g, ' ')).slice(1, 20),
      );
    // One row, whatever line feeds it contains, and its head.
    else expect(out.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  });

  it('cannot inject text into the config that is imported from it', async () => {
    const spec = { selector: { app: 'web' }, ports: [{ port: 80 }] };
    const items = [
      { metadata, spec },
      { metadata: { name: 'web', namespace: 'shop' }, spec },
    ];
    const out = await run(['import', 'kube', '--context', 'prod'], { items });
    expect(out).toMatch(
      /^# skipped, as the name is not a DNS label: \\u001b\]52;c;.*\n# local_port differs .*\nversion: "1.0"\n/,
    );
    expect(out).toContain('  - name: web\n');
    expect(out).not.toMatch(steering);
  });

  it('cannot control the screen through its error messages', async () => {
    const out = await run(['cluster', 'pods', '--context', name], `error: no ${name}`);
    expect(out).toContain(String.raw`\u2029`);
    expect(out).not.toMatch(steering);
  });
});

it('runs no program of the current folder, whatever PATH says', async () => {
  const ran = path.join(home, 'ran');
  writeFileSync(path.join(home, 'kubectl'), `#!/bin/sh\ntouch '${ran}'\n`, { mode: 0o700 });
  const former = process.cwd();
  process.chdir(home);
  try {
    for (const PATH of ['.', '', `:${home}/none`])
      await runCommandLine(
        ['import', 'kube'],
        testSurroundings({ env: { PATH, HOME: home }, homeDirectory: home }),
      );
  } finally {
    process.chdir(former);
  }
  expect(existsSync(ran)).toBe(false);
});

it('names a kubectl that fails without a word', async () => {
  expect(await run(['import', 'kube'], '')).toBe('error: kubectl failed and said nothing (exit code 1)\n');
});

describe('a hostile folder', () => {
  const folderConfig = (text: string): string => {
    const folder = path.join(home, name);
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, 'localport.yaml');
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const service = (change: object): string =>
    JSON.stringify({
      version: '1.0',
      services: [
        {
          name: 'db',
          technology: 'tcp',
          local_port: 5432,
          remote_port: 1,
          connection: { host: 'x' },
          ...change,
        },
      ],
    });

  it.each([
    ['text that is no YAML', `services: [${name}`],
    ['a key that is not known', service({ [name]: 1 })],
    ['a name', service({ name })],
    ['a technology', service({ technology: name })],
    [
      'a variable that is not set',
      `services: [{name: db, local_port: "\${${name.replaceAll(/[}\n]/g, '')}}"}]`,
    ],
    [
      'a name of a context',
      JSON.stringify({ version: '1.0', services: [], cluster_contexts: { [name]: { x: 1 } } }),
    ],
    ['nothing but its own name', service({})],
  ])('cannot steer the terminal by %s', async (_, text) => {
    const file = folderConfig(text);
    for (const argv of [
      ['config', 'validate'],
      ['status'],
      ['doctor'],
      ['config', 'export'],
      ['config', 'path'],
      ['__complete', 'start', ''],
    ]) {
      const words = argv[0] === '__complete' ? argv : [...argv, '--config', file];
      expect([argv, await run(words)]).toEqual([argv, expect.not.stringMatching(steering) as unknown]);
    }
  });
});
