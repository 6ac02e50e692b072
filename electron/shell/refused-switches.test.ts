import { expect, it } from 'vitest';
import { refusalOf } from './refused-switches.ts';

it.each([
  [['--remote-debugging-port=9222'], ['--remote-debugging-port']],
  [['--remote-debugging-port', '0'], ['--remote-debugging-port']],
  [['--remote-debugging-pipe'], ['--remote-debugging-pipe']],
  [['--inspect'], ['--inspect']],
  [['--inspect=0'], ['--inspect']],
  [['-inspect-brk=127.0.0.1:9229'], ['-inspect-brk']],
  [
    ['--inspect-brk-node', '--inspect-publish-uid=http'],
    ['--inspect-brk-node', '--inspect-publish-uid'],
  ],
  [['--js-flags=--expose-gc'], ['--js-flags']],
  [['--config', 'inspect', '--no-sandbox', '--smoke-test', '/js-flags', '--disable-gpu'], []],
])('finds the switches in %j that a packaged app refuses', (argv, expected) => {
  const refusal = `${expected.join(', ')} would let other programs control LocalPort`;
  expect(refusalOf(argv)).toBe(expected.length === 0 ? null : refusal);
});
