/** Runs the sign-in command that a cause names: known commands only (`signInCommand`), without a shell, one at a time. */
import { err, ok, type Result } from '../../../shared/result.ts';
import { signInCommandOf } from '../../../shared/sign-in.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { Clock } from '../clock.ts';
import type { ChildLauncher, ChildProcess } from '../process/child-process.ts';

export interface SignInParts {
  readonly clock: Clock;
  readonly launcher: ChildLauncher;
  readonly services: () => readonly ServiceSnapshot[];
  /** Retries the services that wait for it. */
  readonly onSignedIn: (names: readonly string[]) => Promise<void>;
}

/** Enough for a browser, a second factor, and a user who has to find their phone. */
const maxSignInMs = 10 * 60_000;

export class SignIn {
  readonly #parts: SignInParts;
  #running: ChildProcess | null = null;

  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  /** Resolves once the command has ended; the error is a sentence. `onLine`: its output, with secrets not hidden. */
  async run(name: string, onLine: (line: string) => void): Promise<Result<void, string>> {
    const { clock, launcher, services, onSignedIn } = this.#parts;
    const command = signInCommandOf(services().find((service) => service.name === name)?.cause ?? null);
    if (command === null) return err(`${name} does not wait for a sign-in`);
    await this.cancel();
    const [program = '', ...args] = command.split(' ');
    const child = launcher.launch({ name: `sign-in ${program}`, argv: [program, ...args] });
    this.#running = child;
    child.onLine((_, line) => onLine(line));
    const deadline = clock.after(maxSignInMs, () => void child.stop());
    const { exitCode, startError, stopped } = await child.exited;
    deadline.cancel();
    if (this.#running === child) this.#running = null;
    if (startError !== null)
      return err(startError.code === 'ENOENT' ? `${program} was not found` : startError.message);
    if (stopped) return err('The sign-in was given up');
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
  services.filter(({ cause }) => signInCommandOf(cause) === command).map(({ name }) => name);
