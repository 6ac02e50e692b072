import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { ok } from '../../shared/result.ts';
import { runCommandLine } from './command-line.ts';
import { createProgram } from './program.ts';
import { fakeClient } from './testing/fake-client.ts';
import { testSurroundings } from './testing/test-context.ts';

const run = async (...argv: string[]) => {
  const surroundings = testSurroundings();
  const code = await runCommandLine(argv, surroundings);
  return { code, out: surroundings.printed(), err: surroundings.complained() };
};

const everyCommand = (command: Command, path: readonly string[] = []): readonly (readonly string[])[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help')
    .flatMap((one) => [[...path, one.name()], ...everyCommand(one, [...path, one.name()])]);

const program = createProgram({ output: {}, perform: () => Promise.resolve() });
const leaves = everyCommand(program).filter(
  (path) =>
    !everyCommand(program).some(
      (other) => other.length > path.length && path.every((word, at) => other[at] === word),
    ),
);

const knowsNobody = fakeClient({
  request: () =>
    Promise.resolve(ok({ accepted: [], refused: [{ name: 'dbb', message: 'is unknown' }] } as never)),
});

const emptySnapshot = { config: { status: 'loaded', path: null, problems: [] }, services: [] };

describe('the command line', () => {
  it('has every required command', () => {
    expect(leaves.map((path) => path.join(' '))).toEqual([
      'start',
      'stop',
      'up',
      'down',
      'restart',
      'toggle',
      'status',
      'open',
      'logs',
      'add kube',
      'add ssh',
      'add tcp',
      'add command',
      'edit',
      'remove',
      'undo',
      'daemon start',
      'daemon stop',
      'daemon restart',
      'daemon status',
      'daemon reload',
      'daemon install',
      'daemon uninstall',
      'config init',
      'config edit',
      'config validate',
      'config export',
      'config schema',
      'config path',
      'trust',
      'untrust',
      'secret set',
      'secret remove',
      'secret list',
      'import kube',
      'import ssh',
      'ssh test',
      'ssh login',
      'ssh validate',
      'cluster status',
      'cluster events',
      'cluster pods',
      'doctor',
      'metrics',
      'install-command',
      'version',
      'completion',
      'uninstall',
      'docs',
    ]);
  });

  it.each(everyCommand(program).map((path) => path.join(' ')))(
    'helps with "%s", and shows examples',
    async (path) => {
      const { code, out, err } = await run(...path.split(' '), '--help');
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(new RegExp(`^Usage: localport ${path}.*\n\n\\w.+\n`));
      expect(out.match(/^Examples:$/gm)).toHaveLength(1);
      expect(out).toMatch(/\nGlobal options: .* \[-o table\|json\|text\]\n\nExamples:\n {2}\$ /);
    },
  );

  it.each(everyCommand(program).map((path) => path.join(' ')))(
    'helps with "help %s" as with --help',
    async (path) => {
      expect(await run('help', ...path.split(' '))).toEqual(await run(...path.split(' '), '--help'));
    },
  );

  it('prints the general help if nothing is named, and the help of a command if its name is incomplete', async () => {
    expect(await run('help')).toEqual(await run('--help'));
    expect(await run('help', 'start', 'db')).toEqual(await run('start', '--help'));
  });

  it('shows examples in the general help, with the global options', async () => {
    const { out } = await run('--help');
    for (const option of ['-c', '-v', '--debug', '-q', '--log-level', '--no-color', '-o', '-V', '-h'])
      expect(out).toContain(`\n  ${option}`);
    expect(out).toMatch(/\nExamples:\n {2}\$ localport /);
    expect(out.match(/^Examples:$/gm)).toHaveLength(1);
  });

  it.each(['ls', 'ps'])('accepts %s for status', async (short) => {
    expect(await run(short, '--help')).toEqual(await run('status', '--help'));
    expect(await run('help', short)).toEqual(await run('status', '--help'));
    expect(await run(short, '--al')).toEqual(await run('status', '--al'));
  });

  it.each([
    [['up'], { target: { kind: 'all' }, desired: 'on' }],
    [['up', 'db'], { target: { kind: 'names', names: ['db'] }, desired: 'on' }],
    [['up', '--tag', 'x'], { target: { kind: 'tags', tags: ['x'] }, desired: 'on' }],
    [['down'], { target: { kind: 'all' }, desired: 'off' }],
    [['down', 'db'], { target: { kind: 'names', names: ['db'] }, desired: 'off' }],
  ])('takes %j for start and stop, of all services where none is named', async (argv, expected) => {
    const asked: unknown[] = [];
    const client = fakeClient({
      request: (name, request) => {
        if (name === 'set-desired') asked.push(request);
        return Promise.resolve(
          ok((name === 'snapshot' ? emptySnapshot : { accepted: [], refused: [] }) as never),
        );
      },
    });
    await runCommandLine(argv, testSurroundings({ connect: () => Promise.resolve(ok(client)) }));
    expect(asked).toEqual([expected]);
  });

  it('prints its version, and that of the LocalPort that is running', async () => {
    const surroundings = testSurroundings({ connect: () => Promise.resolve(ok(fakeClient({}))) });
    expect(await runCommandLine(['version'], surroundings)).toBe(0);
    expect(surroundings.printed()).toMatch(/^localport \d+\.\d+\.\d+\nrunning: \S+ \S+, pid \d+\n$/);
    expect(await run('version')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^localport \S+\n$/) as unknown,
    });
  });

  it('prints its version', async () => {
    expect(await run('-V')).toEqual({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as unknown,
      err: '',
    });
  });

  it.each([
    ['an unknown command', ['strat'], /unknown command 'strat'\n\(Did you mean start\?\)/],
    [
      'an unknown command to be helped with',
      ['help', 'strat'],
      /unknown command 'strat'\n\(Did you mean start\?\)/,
    ],
    [
      'an unknown subcommand',
      ['help', 'daemon', 'strat'],
      /unknown command 'strat'\n\(Did you mean start\?\)/,
    ],
    [
      'a word from another tool',
      ['config', 'check', 'team.yaml', '-x'],
      /unknown command 'check'\n\(Did you mean validate\?\)/,
    ],
    ['the same word without its group', ['check'], /\(Did you mean config validate\?\)/],
    ['an unknown option', ['status', '--al'], /unknown option '--al'/],
    ['an unknown format', ['status', '-o', 'xml'], /Allowed choices are table, json, text/],
    ['no service', ['start'], /no service is named/],
    ['a tag beside --all', ['status', '--tag', 'x', '--all'], /--all cannot be combined with names or --tag/],
    ['names beside --all', ['stop', 'db', '--all'], /names, --tag and --all cannot be combined/],
    ['a timeout that is none', ['start', 'db', '--timeout', 'soon'], /--timeout: "soon" is not a duration/],
    ['a timeout past all timers', ['start', 'db', '--timeout', '25d'], /--timeout: 25d is more than 24 days/],
    ['an empty name', ['start', ''], /a name is empty/],
    ['an empty tag', ['stop', '--tag', ''], /a name is empty/],
    ['an endless name', ['start', 'x'.repeat(201)], /a name is longer than 200 characters/],
    ['more names than services', ['start', ...Array.from({ length: 1_001 }, String)], /more than 1000 names/],
    ['a time that is none', ['logs', '--since', 'noon'], /--since: "noon" is not a time/],
    ['a count that is none', ['logs', '-n', 'ten'], /--lines: "ten" is not a number/],
    ['an unknown shell', ['completion', 'csh'], /Allowed choices are bash, zsh, fish/],
    ['nothing at all', [], /Usage: localport/],
  ])('exits with 2 for %s', async (_, argv, complaint) => {
    const { code, err, out } = await run(...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(complaint);
  });

  it('exits with 1 and prints the fix if a host is required and none is running', async () => {
    expect(await run('stop', '--all')).toEqual({
      code: 1,
      out: '',
      err: 'error: LocalPort is not running\nStart it: localport daemon start\n',
    });
  });

  it.each([
    ['a terminal in red', true, {}, '\u001b[31m✗\u001b[39m \u001b[1mdbb\u001b[22m  is unknown\n'],
    ['a terminal without color, with NO_COLOR', true, { NO_COLOR: '1' }, '✗ dbb  is unknown\n'],
    ['a file without color, whatever standard output is', false, {}, '✗ dbb  is unknown\n'],
  ])('says what failed on standard error: on %s', async (_, isTTY, env, said) => {
    const complaints: string[] = [];
    const surroundings = testSurroundings({
      env,
      stdout: { write: () => true, isTTY: !isTTY },
      stderr: { write: (text) => complaints.push(text), isTTY },
      connect: () => Promise.resolve(ok(knowsNobody)),
    });
    expect(await runCommandLine(['restart', 'dbb'], surroundings)).toBe(1);
    expect(complaints.join('')).toBe(said);
  });

  it('takes global options before and after the command', async () => {
    const before = await run('-o', 'json', 'daemon', 'status');
    expect(before).toEqual(await run('daemon', 'status', '--output', 'json'));
    expect(JSON.parse(before.out)).toEqual({ running: false });
  });

  it('exits with 130 after Ctrl-C, whatever failed because of it', async () => {
    const interruption = new AbortController();
    const surroundings = testSurroundings({
      signal: interruption.signal,
      connect: () => {
        interruption.abort();
        return Promise.reject(new Error('interrupted'));
      },
    });
    expect(await runCommandLine(['stop', '--all'], surroundings)).toBe(130);
    expect(surroundings.complained()).toBe('');
  });

  it('exits with 130 after Ctrl-C even if the command finished', async () => {
    const interruption = new AbortController();
    const surroundings = testSurroundings({ signal: interruption.signal });
    const { connect } = surroundings;
    const argv = ['daemon', 'stop'];
    expect(await runCommandLine(argv, surroundings)).toBe(0);
    const interrupted = { ...surroundings, connect: () => (interruption.abort(), connect()) };
    expect(await runCommandLine(argv, interrupted)).toBe(130);
  });

  it('shows where an unexpected error comes from with --debug only', async () => {
    const connect = () => Promise.reject(new Error('a bug'));
    const short = testSurroundings({ connect });
    expect(await runCommandLine(['metrics'], short)).toBe(1);
    expect(short.complained()).toBe('unexpected error: a bug\nTo see where it comes from, add --debug.\n');
    const long = testSurroundings({ connect });
    await runCommandLine(['metrics', '--debug'], long);
    expect(long.complained()).toMatch(/unexpected error: Error: a bug\n {4}at /);
  });
});
