import { expect, it } from 'vitest';
import { commandLinesOf } from './command-lines.ts';

it('finds the lines of shell blocks, with their continuations and the requirements of the block', () => {
  const page = [
    '```sh',
    '# a comment',
    'one # does this',
    '',
    'two \\',
    '  more',
    "curl --data '{",
    "  }'",
    '```',
    '```yaml',
    'no: line',
    '```',
    '```sh mac',
    'three',
    '```',
  ].join('\n');
  expect(commandLinesOf(page)).toEqual([
    { text: 'one # does this', at: 3, needs: '' },
    { text: 'two \\\n  more', at: 5, needs: '' },
    { text: "curl --data '{\n  }'", at: 7, needs: '' },
    { text: 'three', at: 14, needs: 'mac' },
  ]);
});
