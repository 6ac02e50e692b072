/**
 * Runs the command that a cause names: a sign-in, or a query that only shows something. Known commands only
 * (`shared/remedy-command.ts`), without a shell, one at a time.
 */
import { splitWords } from '../../../shared/command-words.ts';
import { remedyCommandOf } from '../../../shared/remedy-command.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { Clock } from '../clock.ts';
import type { ChildLauncher, ChildProcess } from '../process/child-process.ts';

export interface RemedyRunnerParts {
  readonly clock: Clock;
  readonly launcher: ChildLauncher;
  readonly services: () => readonly ServiceSnapshot[];
  readonly redact: (line: string) => string;
  /** The kubeconfig that the service names; null: the usual ones. */
  readonly kubeconfigOf: (name: string) => string | null;
  /** Retries the services that wait for it. */
  readonly onSignedIn: (names: readonly string[]) => Promise<void>;
}

const limits = {
  /** Enough for a browser, a second factor, and a user who has to find their phone. */
  'sign-in': { ms: 10 * 60_000, words: 'The sign-in was given up' },
  query: { ms: 60_000, words: 'There was no answer within a minute' },
} as const;

export class RemedyRunner {
  readonly #parts: RemedyRunnerParts;
  #running: ChildProcess | null = null;

  constructor(parts: RemedyRunnerParts) {
    this.#parts = parts;
  }

  /** Resolves once the command has ended; the error is a sentence. `onLine`: its output, with secrets hidden. */
  async run(name: string, onLine: (line: string) => void): Promise<Result<void, string>> {
    const { clock, launcher, services, redact, kubeconfigOf, onSignedIn } = this.#parts;
    const remedy = remedyCommandOf(services().find((service) => service.name === name)?.cause ?? null);
    if (remedy === null) return err(`Nothing has to be run for ${name} anymore`);
    await this.cancel();
    const { kind, command } = remedy;
    const [program = '', ...args] = splitWords(command);
    const kubeconfig = kubeconfigOf(name);
    const child = launcher.launch({
      name: `${kind} ${program}`,
      argv: [program, ...args],
      ...(kubeconfig === null ? {} : { env: { KUBECONFIG: kubeconfig } }),
    });
    this.#running = child;
    child.onLine((_, line) => onLine(redact(line)));
    const deadline = clock.after(limits[kind].ms, () => void child.stop());
    const { exitCode, startError, stopped } = await child.exited;
    deadline.cancel();
    if (this.#running === child) this.#running = null;
    if (startError !== null)
      return err(startError.code === 'ENOENT' ? `${program} was not found` : startError.message);
    if (stopped) return err(limits[kind].words);
    // A query that fails says why in its output.
    if (kind === 'query') return ok(undefined);
    if (exitCode !== 0) return err(`${program} ended with exit code ${exitCode ?? 'none'}`);
    await onSignedIn(waitingFor(command, services()));
    return ok(undefined);
  }

  /** Stops the running command. Idempotent. */
  async cancel(): Promise<void> {
    await this.#running?.stop();
  }
}

/** One sign-in helps all services that named it. */
const waitingFor = (command: string, services: readonly ServiceSnapshot[]): readonly string[] =>
  services.filter(({ cause }) => remedyCommandOf(cause)?.command === command).map(({ name }) => name);
