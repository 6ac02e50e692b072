/** Help as commander prints it; for a command, the global options are on one line. */
import { Help, type Command } from 'commander';

export function formatHelp(this: Help, command: Command, helper: Help): string {
  const own = Help.prototype.formatHelp.call(this, command, helper);
  const root = rootOf(command);
  return root === command ? own : `${own}\nGlobal options: ${globalOptions(root).join(' ')}\n`;
}

const rootOf = (command: Command): Command => (command.parent === null ? command : rootOf(command.parent));

/** `[-c FILE] [-v] … [-o table|json|text]` */
const globalOptions = (root: Command): readonly string[] =>
  root.options
    .filter(({ long }) => long !== '--version')
    .map(({ short, long, argChoices, flags }) => {
      const name = short ?? long ?? '';
      const [, value] = /<(\w+)>/.exec(flags) ?? [];
      if (value === undefined) return `[${name}]`;
      return `[${name} ${argChoices?.join('|') ?? value.toUpperCase()}]`;
    });
