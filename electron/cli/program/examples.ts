/** The end of a command's help: examples, and what they do. */
export function examples(...pairs: readonly (readonly [command: string, does: string])[]): string {
  const width = Math.max(...pairs.map(([command]) => command.length));
  const lines = pairs.map(([command, does]) => `  $ ${command.padEnd(width)}  # ${does}`);
  return `\nExamples:\n${lines.join('\n')}\n`;
}
