import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { closestWord } from '../../core/config/spelling.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { usageFailure } from '../command-failure.ts';
import { docsTopics } from '../docs-topics.ts';
import { exitCode } from '../exit-code.ts';
import { alignColumns } from '../output/columns.ts';
import { jsonLines } from '../output/json-lines.ts';
import { terminalPage } from '../output/terminal-page.ts';

export const docs: Action = async (context, _options, [topic]) => {
  await (topic === undefined ? printTopics(context) : printPage(context, topic));
  return exitCode.ok;
};

async function printTopics(context: CommandContext): Promise<void> {
  const pages = await Promise.all(
    docsTopics.map(async (topic) => ({ topic, title: titleOf(await readPage(context, topic)) })),
  );
  if (context.format === 'json') {
    context.print(...jsonLines(pages));
    return;
  }
  context.print(...alignColumns(pages.map(({ topic, title }) => [{ text: topic }, { text: title }])));
  context.tell('', 'localport docs TOPIC prints a page.');
}

async function printPage(context: CommandContext, topic: string): Promise<void> {
  if (!docsTopics.some((known) => known === topic)) {
    const close = closestWord(topic, docsTopics);
    const hint = close === null ? 'localport docs lists the pages.' : `Did you mean ${close}?`;
    throw usageFailure(`there is no page "${topic}"`, hint);
  }
  const page = await readPage(context, topic);
  if (context.format === 'json') context.print(...jsonLines({ topic, title: titleOf(page), markdown: page }));
  else context.print(...terminalPage(page, context.palette));
}

/** They are next to the command's bundle. */
const readPage = ({ programFolder }: CommandContext, topic: string): Promise<string> =>
  readFile(path.join(programFolder, 'docs', `${topic}.md`), 'utf8');

/** Headings may contain code. */
const titleOf = (page: string): string => (/^# (.+)$/m.exec(page)?.[1] ?? '').replaceAll('`', '');
