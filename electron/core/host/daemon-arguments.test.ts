import { describe, expect, it } from 'vitest';
import { parseDaemonArguments } from './daemon-arguments.ts';

const none = {
  config: null,
  folderConfig: null,
  logLevel: 'info',
  foreground: false,
  unlessRunning: false,
  allOff: false,
};

describe('the arguments of the daemon', () => {
  it.each([
    [[], none],
    [['--config', 'my.yaml', '--foreground'], { ...none, config: '/folder/my.yaml', foreground: true }],
    [['-c', '/etc/l.yaml', '--log-level=debug'], { ...none, config: '/etc/l.yaml', logLevel: 'debug' }],
    [['--unless-running'], { ...none, unlessRunning: true }],
    [['--folder-config', 'my.yaml'], { ...none, folderConfig: '/folder/my.yaml' }],
    [['--all-off'], { ...none, allOff: true }],
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
