/** Questions to whoever sits at the terminal. */
import { onScreen } from '../core/observability/visible-output.ts';

/** Yes is `y` or `yes`; anything else, the end of the input, and Ctrl-C are no. */
export async function confirmAtTerminal(question: string, signal: AbortSignal): Promise<boolean> {
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
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
