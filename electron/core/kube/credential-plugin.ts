/** The credential plugin that a kubectl is running: it may be waiting for the user at a sign-in page. */
import { childrenOf } from '../process/process-children.ts';

/** `kubectl` may be a script or a version manager that starts the real one. */
const maxWrappers = 4;

/**
 * The name of the program; null: none is running. `mark`: text that the command line of every kubectl of this
 * session contains.
 */
export async function runningPlugin(kubectl: number, mark: string): Promise<string | null> {
  let parents: readonly number[] = [kubectl];
  for (let depth = 0; depth <= maxWrappers && parents.length > 0; depth++) {
    const children = (await Promise.all(parents.map(childrenOf))).flat();
    const plugin = children.find(({ command }) => !command.includes(mark));
    if (plugin !== undefined) return programOf(plugin.command);
    parents = children.map(({ pid }) => pid);
  }
  return null;
}

/** The command line of a script is `/bin/sh /usr/local/bin/kubelogin`. */
function programOf(command: string): string {
  const [program = '', script] = command.split(' ');
  const name = /\/(?:sh|bash|zsh|env|python\d?|node|ruby)$/.test(program) ? (script ?? program) : program;
  return name.split('/').at(-1) ?? '';
}
