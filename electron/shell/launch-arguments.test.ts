import { describe, expect, it } from 'vitest';
import { parseLaunchArguments } from './launch-arguments.ts';

describe('the launch arguments', () => {
  it.each([
    [[], { config: null, smokeTest: false }],
    [['--config', 'my.yaml'], { config: '/folder/my.yaml', smokeTest: false }],
    [['--config=/etc/l.yaml', '--smoke-test'], { config: '/etc/l.yaml', smokeTest: true }],
    [['-c', 'my.yaml'], { config: '/folder/my.yaml', smokeTest: false }],
    [['--no-sandbox', '/app', '--remote-debugging-port=0', '--config'], { config: null, smokeTest: false }],
  ])('%j', (argv, expected) => {
    expect(parseLaunchArguments(argv, '/folder')).toEqual(expected);
  });
});
