/** Every command with its usage, options, and examples, read from the program itself. */
import type { Command } from 'commander';
import { createProgram } from '../../electron/cli/program.ts';
import { code, markdownTable } from './markdown-table.ts';

export function commandReference(): string {
  const program = createProgram({ output: {}, perform: () => Promise.resolve() });
  return [
    '## Options of every command',
    optionTable(program),
    ...leavesOf(program).flatMap((command) => [
      `## \`${pathOf(command)}\``,
      sentence(command.description()),
      `Usage: \`${pathOf(command)} ${command.usage()}\``,
      ...argumentLines(command),
      ...(visibleOptions(command).length === 0 ? [] : [optionTable(command)]),
      ...examplesOf(command),
    ]),
  ].join('\n\n');
}

/** The commands that have an action, in the order of the help. */
const leavesOf = (command: Command): readonly Command[] =>
  command.commands.length === 0 ? [command] : visibleCommands(command).flatMap(leavesOf);

/** Without the `help` that commander adds to each group: it has no parent. */
const visibleCommands = (command: Command): readonly Command[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter(({ parent }) => parent !== null);

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

const visibleOptions = (command: Command) =>
  command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long }) => command.parent === null || long !== '--help');

function optionTable(command: Command): string {
  const help = command.createHelp();
  return markdownTable(
    ['option', 'meaning'],
    visibleOptions(command).map((option) => [code(option.flags), help.optionDescription(option)]),
  );
}

function argumentLines(command: Command): readonly string[] {
  const help = command.createHelp();
  const lines = help
    .visibleArguments(command)
    .map((argument) => `- ${code(help.argumentTerm(argument))}: ${help.argumentDescription(argument)}`);
  return lines.length === 0 ? [] : [lines.join('\n')];
}

/** The position after the help, where commander can write them. */
function examplesOf(command: Command): readonly string[] {
  const lines = helpOf(command).split('\nExamples:\n')[1]?.trimEnd().split('\n') ?? [];
  return lines.length === 0
    ? []
    : [`\`\`\`sh\n${lines.map((line) => line.replace('  $ ', '')).join('\n')}\n\`\`\``];
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (more) => (text += more) }).outputHelp();
  return text;
}

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
