/**
 * Runs the command that a cause names: a sign-in, or a query that only shows something. Known commands only
 * (`shared/remedy-command.ts`), without a shell, one at a time.
 */
import { splitWords } from '../../../shared/command-words.ts';
import { remedyCommandOf, type RemedyCommand } from '../../../shared/remedy-command.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { Clock } from '../clock.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { LatestRun } from './latest-run.ts';

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
  'sign-in': { ms: 10 * 60_000, tooLong: 'The sign-in was not completed within 10 minutes' },
  query: { ms: 60_000, tooLong: 'There was no answer within a minute' },
} as const;

const canceled = 'It was canceled';

interface RemedyRun {
  /** Of the service. */
  readonly name: string;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

export class RemedyRunner {
  readonly #parts: RemedyRunnerParts;
  readonly #latest = new LatestRun();

  constructor(parts: RemedyRunnerParts) {
    this.#parts = parts;
  }

  /** Resolves once the command has ended; the error is a sentence. `onLine`: its output, with secrets hidden. */
  async run(name: string, onLine: (line: string) => void): Promise<Result<void, string>> {
    const { services, onSignedIn } = this.#parts;
    const remedy = remedyCommandOf(services().find((service) => service.name === name)?.cause ?? null);
    if (remedy === null) return err(`Nothing has to be run for ${name} anymore`);
    const done = await this.#latest.run((signal) => this.#perform(remedy, { name, onLine, signal }));
    if (!done.ok || remedy.kind === 'query') return done;
    await onSignedIn(waitingFor(remedy.command, services()));
    return done;
  }

  /** Stops the command that is running or about to run. Idempotent. */
  cancel(): Promise<void> {
    return this.#latest.cancel();
  }

  async #perform(
    { kind, command }: RemedyCommand,
    { name, onLine, signal }: RemedyRun,
  ): Promise<Result<void, string>> {
    if (signal.aborted) return err(canceled);
    const { clock, launcher, redact, kubeconfigOf } = this.#parts;
    const [program = '', ...args] = splitWords(command);
    const kubeconfig = kubeconfigOf(name);
    const child = launcher.launch({
      name: `${kind} ${program}`,
      argv: [program, ...args],
      ...(kubeconfig === null ? {} : { env: { KUBECONFIG: kubeconfig } }),
    });
    child.onLine((_, line) => onLine(redact(line)));
    const stop = (): void => void child.stop();
    signal.addEventListener('abort', stop, { once: true });
    let isLate = false;
    const deadline = clock.after(limits[kind].ms, () => {
      isLate = true;
      stop();
    });
    const { exitCode, startError, stopped } = await child.exited;
    deadline.cancel();
    signal.removeEventListener('abort', stop);
    if (startError !== null)
      return err(startError.code === 'ENOENT' ? `${program} was not found` : startError.message);
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set while the command was running
    if (stopped) return err(isLate ? limits[kind].tooLong : canceled);
    // A query that fails says why in its output.
    if (kind === 'query' || exitCode === 0) return ok(undefined);
    return err(`${program} ended with exit code ${exitCode ?? 'none'}`);
  }
}

/** One sign-in helps all services that named it. */
const waitingFor = (command: string, services: readonly ServiceSnapshot[]): readonly string[] =>
  services.filter(({ cause }) => remedyCommandOf(cause)?.command === command).map(({ name }) => name);
