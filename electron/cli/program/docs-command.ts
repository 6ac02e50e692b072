/** `localport docs`: the documentation in the terminal. */
import { Argument, type Command } from 'commander';
import { docsTopics } from '../docs-topics.ts';
import type { Perform } from '../perform.ts';
import { examples } from './examples.ts';
import { performing } from './performing.ts';

export function addDocsCommand(program: Command, perform: Perform): void {
  program
    .command('docs')
    .description('print a page of the documentation; without a topic, list the pages')
    // The choices are for completion: the action refuses an unknown topic, and suggests one.
    .addArgument(
      new Argument('[topic]', 'the page').choices(docsTopics).argParser((word: string): string => word),
    )
    .addHelpText(
      'after',
      examples(
        ['localport docs', 'list the pages'],
        ['localport docs config', 'every key of the config file'],
        ['localport docs command | less', 'with a pager'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/docs.ts')).docs));
}
