/** Questions to the user at the terminal. */
import { onScreen } from '../core/observability/visible-output.ts';

/** Yes is `y` or `yes`; anything else, the end of the input, and Ctrl-C are no. */
export const confirmAtTerminal = async (question: string, signal: AbortSignal): Promise<boolean> =>
  /^y(es)?$/i.test(await askAtTerminal(question, signal));

/** The typed line, without surrounding spaces; empty at the end of the input, and after Ctrl-C. */
export async function askAtTerminal(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const closed = new Promise<string>((resolve) => {
      terminal.once('close', () => {
        resolve('');
      });
    });
    const answer = await Promise.race([
      terminal.question(onScreen(question), { signal }).catch(() => ''),
      closed,
    ]);
    return answer.trim();
  } finally {
    terminal.close();
  }
}
