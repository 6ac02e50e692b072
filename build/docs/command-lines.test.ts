import { expect, it } from 'vitest';
import { commandLinesOf } from './command-lines.ts';

it('finds the lines of shell blocks, with their continuations', () => {
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
  ].join('\n');
  expect(commandLinesOf(page)).toEqual([
    { text: 'one # does this', at: 3 },
    { text: 'two \\\n  more', at: 5 },
    { text: "curl --data '{\n  }'", at: 7 },
  ]);
});
