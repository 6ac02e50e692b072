import { describe, expect, it } from 'vitest';
import { logLevels } from '../core/observability/log-writer.ts';
import { completeWords } from './completion-words.ts';
import { createProgram } from './program.ts';

const program = createProgram({ output: {}, perform: () => Promise.resolve() });
const services = [
  { name: 'db', tags: ['data', 'backend'] },
  { name: 'db-replica', tags: ['data'] },
  { name: 'web', tags: [] },
];
const contexts = ['prod', 'arn:aws:eks:eu-west-1:1:cluster/prod'];
const complete = (...words: string[]) =>
  completeWords(program, {
    words,
    services: () => Promise.resolve(services),
    contexts: () => Promise.resolve(contexts),
  });

const levels = logLevels.map((level) => `--log-level=${level}`);

describe('completion', () => {
  it.each([
    ['commands', ['da'], ['daemon']],
    ['subcommands', ['config', 'e'], ['edit', 'export']],
    ['short names of commands', ['l'], ['ls', 'logs']],
    ['names of services behind a short name', ['ps', 'w'], ['web']],
    ['one name where one is taken', ['open', ''], ['db', 'db-replica', 'web']],
    ['no second name where one is taken', ['open', 'db', ''], []],
    ['names of services', ['start', ''], ['db', 'db-replica', 'web']],
    ['names that begin so', ['restart', 'db'], ['db', 'db-replica']],
    ['names that do not stand there yet', ['stop', 'db', ''], ['db-replica', 'web']],
    ['names after an option with a value', ['start', '--timeout', '5s', 'w'], ['web']],
    ['options of the command and of all', ['logs', '--lo'], ['--location', '--log-level']],
    ['values of an option', ['status', '-o', 'j'], ['json']],
    ['values of an argument', ['completion', ''], ['bash', 'zsh', 'fish']],
    ['no second value where one is taken', ['completion', 'zsh', ''], []],
    ['nothing where a file may stand', ['config', 'validate', ''], []],
    ['tags, each of them once', ['start', '--tag', ''], ['data', 'backend']],
    ['names as the value of an option too', ['logs', '--service', 'w'], ['web']],
    ['an option of the command and of all once', ['status', '--he'], ['--help']],
    ['nothing for a free value', ['logs', '--grep', ''], []],
    ['tags that were not given yet', ['start', '--tag', 'data', '--tag', ''], ['backend']],
    ['tags that only another option was given', ['-c', 'data', 'start', '--tag', ''], ['data', 'backend']],
    [
      'contexts that only another option was given',
      ['-c=prod', 'cluster', 'pods', '--context='],
      contexts.map((context) => `--context=${context}`),
    ],
    ['no options behind --', ['logs', '--', '--lo'], []],
    ['no values of options behind --', ['status', '--', '--output='], []],
    ['names behind --', ['start', '--tag', 'data', '--', 'db', ''], ['db-replica', 'web']],
    [
      'no values but names behind an option that -- cuts short',
      ['logs', '--service', 'db', '--', 'd'],
      ['db', 'db-replica'],
    ],
    ['several values where an option takes them', ['logs', '--service', 'db', ''], ['db-replica', 'web']],
    ['options behind those', ['logs', '--service', 'db', '--loc'], ['--location']],
    ['contexts', ['cluster', 'pods', '--context', ''], contexts],
    ['contexts that were not given yet', ['cluster', 'pods', '--context', 'prod', 'a'], contexts.slice(1)],
    ['values behind an equals sign', ['status', '--output=j'], ['--output=json']],
    ['every value behind an equals sign', ['--log-level='], levels],
    ['tags behind an equals sign', ['stop', '--tag=data', '--tag='], ['--tag=backend']],
    ['nothing behind an equals sign where no value belongs', ['status', '--watch='], []],
    ['names after an option with its value behind it', ['start', '--timeout=5s', 'w'], ['web']],
    ['commands to be helped with', ['help', 'da'], ['daemon']],
    ['subcommands to be helped with', ['help', 'daemon', 'rel'], ['reload']],
    ['nothing more to be helped with', ['help', 'start', ''], []],
  ])('offers %s', async (_, words, expected) => {
    expect(await complete(...words)).toEqual(expected);
  });

  it('offers every command if nothing has been typed', async () => {
    expect(await complete('')).toEqual(expect.arrayContaining(['start', 'daemon', 'doctor', 'completion']));
  });
});
