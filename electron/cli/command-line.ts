/** One run of the command: argv → an action → an exit code. Nothing here knows its process. */
import { CommanderError, type Command } from 'commander';
import { firstUnseen } from '../../shared/visible-text.ts';
import { linesOf, singleLine, visibleOutput, type Output } from '../core/observability/visible-output.ts';
import type { CommandContext, CommandSurroundings, GlobalOptions } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { completionSources } from './completion-sources.ts';
import { completeWords } from './completion-words.ts';
import { exitCode, type ExitCode } from './exit-code.ts';
import { choosePalette, type Palette } from './output/palette.ts';
import { createProgram } from './program.ts';

/** `argv`: the words after the command's name. Never rejects. */
export async function runCommandLine(
  argv: readonly string[],
  process: CommandSurroundings,
): Promise<ExitCode> {
  const surroundings = withVisibleOutput(process);
  const { stdout, stderr, signal } = surroundings;
  let code: ExitCode = exitCode.ok;
  const program = createProgram({
    output: { writeOut: (text) => void stdout.write(text), writeErr: (text) => void stderr.write(text) },
    perform: async (load, command) => {
      const context = createContext(command.optsWithGlobals<GlobalOptions>(), surroundings);
      const action = await load();
      code = await action(context, command.opts(), command.args);
    },
  });
  try {
    // Not a command of the program: the words to complete are not its own arguments.
    if (argv[0] === completionRequest) await printCompletions(program, argv.slice(1), surroundings);
    else await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    code = explain(error, program, surroundings);
  }
  return signal.aborted ? exitCode.interrupted : code;
}

/** From here on, all output is escaped. */
const withVisibleOutput = (surroundings: CommandSurroundings): CommandSurroundings => ({
  ...surroundings,
  stdout: visibleOutput(surroundings.stdout),
  stderr: visibleOutput(surroundings.stderr),
});

/** Used by the scripts of `localport completion`. */
const completionRequest = '__complete';

async function printCompletions(
  program: Command,
  words: readonly string[],
  surroundings: CommandSurroundings,
): Promise<void> {
  const sources = completionSources(createContext({ color: false, quiet: true }, surroundings));
  const candidates = await completeWords(program, { words, ...sources });
  // A word that needs escaping would be completed to another one.
  surroundings.stdout.write(linesOf(candidates.filter((candidate) => firstUnseen(candidate) === null)));
}

/** The environment of a command, from the options and its process. */
export function createContext(options: GlobalOptions, process: CommandSurroundings): CommandContext {
  const surroundings = withVisibleOutput(process);
  const { stdout, stderr, env } = surroundings;
  const paletteOf = ({ isTTY }: Output): Palette =>
    choosePalette({ allowed: options.color, isTerminal: isTTY === true, env });
  return {
    ...surroundings,
    options,
    format: options.output ?? 'table',
    palette: paletteOf(stdout),
    complaintPalette: paletteOf(stderr),
    print: (...lines) => void stdout.write(linesOf(lines)),
    say: (...lines) => {
      if (options.quiet !== true) stdout.write(linesOf(lines));
    },
    tell: (...lines) => {
      if (options.quiet !== true) stderr.write(linesOf(lines));
    },
    complain: (...lines) => void stderr.write(linesOf(lines)),
  };
}

function explain(error: unknown, program: Command, { stderr, env, signal }: CommandSurroundings): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  // A failure after Ctrl-C is caused by it.
  if (signal.aborted) return exitCode.interrupted;
  const { color, debug } = program.opts<GlobalOptions>();
  const palette = choosePalette({ allowed: color, isTerminal: stderr.isTTY === true, env });
  if (error instanceof CommandFailure) {
    stderr.write(`${palette.bad('error:')} ${singleLine(error.message)}\n`);
    if (error.hint !== null) stderr.write(`${error.hint}\n`);
    return error.code;
  }
  const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
  stderr.write(`${palette.bad('unexpected error:')} ${debug === true ? stack : message}\n`);
  if (debug !== true) stderr.write('To see where it comes from, add --debug.\n');
  return exitCode.error;
}
