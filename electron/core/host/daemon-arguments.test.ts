import { describe, expect, it } from 'vitest';
import { parseDaemonArguments } from './daemon-arguments.ts';

describe('the arguments of the daemon', () => {
  it.each([
    [[], { config: null, logLevel: 'info', foreground: false }],
    [
      ['--config', 'my.yaml', '--foreground'],
      { config: '/folder/my.yaml', logLevel: 'info', foreground: true },
    ],
    [
      ['-c', '/etc/l.yaml', '--log-level=debug'],
      { config: '/etc/l.yaml', logLevel: 'debug', foreground: false },
    ],
  ])('%j', (argv, value) => {
    expect(parseDaemonArguments(argv, '/folder')).toEqual({ ok: true, value });
  });

  it.each([
    [['--foregruond'], "Unknown option '--foregruond'"],
    [['--confg', 'my.yaml'], "Unknown option '--confg'"],
    [['-x'], "Unknown option '-x'"],
    [['my.yaml'], "Unexpected argument 'my.yaml'"],
    [['--config'], "Option '-c, --config <value>' argument missing"],
    [['--config='], '--config names no file'],
    [['--log-level', 'loud'], 'there is no log level "loud"'],
    [['--foreground=yes'], "Option '--foreground' does not take an argument"],
  ])('%j is refused by name, with the usage', (argv, why) => {
    const parsed = parseDaemonArguments(argv, '/folder');
    expect(parsed).toMatchObject({ ok: false, error: expect.stringContaining(why) as string });
    expect(parsed).toMatchObject({
      error: expect.stringContaining('\nusage: daemon [--config FILE]') as string,
    });
  });
});
