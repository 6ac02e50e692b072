import { describe, expect, it } from 'vitest';
import { parseLaunchArguments } from './launch-arguments.ts';

const none = {
  config: null,
  folderConfig: null,
  smokeTest: false,
  updateTest: false,
  link: null,
  doubts: [],
};

describe('the launch arguments', () => {
  it.each([
    [[], none],
    [['--config', 'my.yaml'], { ...none, config: '/folder/my.yaml' }],
    [['--config=/etc/l.yaml', '--smoke-test'], { ...none, config: '/etc/l.yaml', smokeTest: true }],
    [['--smoke-test', '--update-test'], { ...none, smokeTest: true, updateTest: true }],
    [['--folder-config', '/repo/l.yaml'], { ...none, folderConfig: '/repo/l.yaml' }],
    [['localport://on/db'], { ...none, link: 'localport://on/db' }],
    [['-c', 'my.yaml'], { ...none, config: '/folder/my.yaml' }],
    [['--no-sandbox', '/app', '--remote-debugging-port=0', '--inspect=0', '--log-level=3'], none],
  ])('%j', (argv, expected) => {
    expect(parseLaunchArguments(argv, '/folder')).toEqual(expected);
  });

  it.each([
    ['--confg=my.yaml', 'there is no option --confg, and it is ignored; is --config meant?'],
    ['--smoketest', 'there is no option --smoketest, and it is ignored; is --smoke-test meant?'],
    ['--config', '--config names no file, and is ignored'],
    ['--config=', '--config names no file, and is ignored'],
  ])('%s causes a warning', (argument, doubt) => {
    expect(parseLaunchArguments(['/app', argument], '/folder')).toEqual({ ...none, doubts: [doubt] });
  });
});
