import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { docsTopics } from '../docs-topics.ts';
import { plainPalette } from './palette.ts';
import { terminalPage } from './terminal-page.ts';

const shown = (markdown: string): string => terminalPage(markdown, plainPalette).join('\n');

describe('a page in the terminal', () => {
  it('is wrapped between words, and list items are indented after their marks', () => {
    expect(shown(`# Title\n\n${'word '.repeat(20).trim()}\n\n- ${'item '.repeat(18).trim()}\n- short\n`))
      .toBe(`Title

  ${'word '.repeat(15).trim()}
  ${'word '.repeat(5).trim()}

  - ${'item '.repeat(15).trim()}
    ${'item '.repeat(3).trim()}
  - short`);
  });

  it('shows the rows of a table as entries with labeled cells', () => {
    expect(
      shown('| key | value | meaning |\n| - | - | - |\n| `a` | 1 to 2 | this \\| that |\n| `b` | | none |'),
    ).toBe(`  \`a\`
      value: 1 to 2
      meaning: this | that
  \`b\`
      meaning: none`);
    expect(shown('| key | meaning |\n| --- | --- |\n| a | alpha |')).toBe('  a\n      alpha');
  });

  it('leaves code unchanged, including empty lines', () => {
    expect(shown('Text:\n\n```sh\nlocalport status\n\n# **no heading**\n```\n\nMore.')).toBe(
      '  Text:\n\n    localport status\n\n    # **no heading**\n\n  More.',
    );
  });

  it('names the command that prints a linked page, and drops markers and comments', () => {
    expect(
      shown('<!-- generated: x -->\n\n**See** _this_ [page](from-0.3.7.md#what) and [code](../a.ts).\n'),
    ).toBe('  See this page (localport docs from-0.3.7) and code.');
  });

  it('exists for each topic', () => {
    const pages = readdirSync(path.join(import.meta.dirname, '../../docs'));
    expect(pages.toSorted()).toEqual(docsTopics.map((topic) => `${topic}.md`).toSorted());
  });
});
