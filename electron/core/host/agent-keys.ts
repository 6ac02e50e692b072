/**
 * Adds a key that a cause names to the user's ssh-agent, and asks for its passphrase as ssh itself does. Invariants:
 *
 * 1. Only the file named by the cause is added, to the agent that this login uses.
 * 2. Only one ssh-add runs at a time; starting another stops the earlier one.
 * 3. ssh-add waits for the user as long as the user wants, and for the agent for a limited time.
 */
import path from 'node:path';
import type { RemedyAction } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock, Timer } from '../clock.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import type { Environment } from '../process/environment-block.ts';
import { findOnPath } from '../process/find-on-path.ts';
import type { PromptQueue } from '../prompts/prompt-queue.ts';
import { type AskpassRequest, AskpassProgram, answerProgram } from '../askpass/askpass-program.ts';
import { agentOf } from '../ssh/locked-key.ts';
import { ensureRuntimeDirectory, tunnelFile } from '../files/private-path.ts';
import { LatestRun } from './latest-run.ts';

export interface AgentKeysParts {
  readonly clock: Clock;
  readonly launcher: ChildLauncher;
  readonly prompts: PromptQueue;
  readonly platform: NodeJS.Platform;
  readonly environment: () => Environment;
  /** The same as for ssh masters. */
  readonly runtimeDirectory: string;
  readonly specs: () => readonly ServiceSpec[];
  readonly services: () => readonly ServiceSnapshot[];
  /** The time for the agent to answer. Default 20 s. */
  readonly answerMs?: number;
  /** Retries the services that wait for the key. */
  readonly onAdded: (names: readonly string[]) => Promise<void>;
}

interface KeyRequest {
  /** Of the service. */
  readonly name: string;
  readonly file: string;
  readonly signal: AbortSignal;
}

const withoutPassphrase = 'The key was not added: it needs its passphrase';

const agentMs = 20_000;

/** Apple's ssh-add can keep the passphrase in the keychain (see ssh-add(1) on macOS). */
const applesSshAdd = '/usr/bin/ssh-add';

export class AgentKeys {
  readonly #parts: AgentKeysParts;
  readonly #latest = new LatestRun();
  #soFar = 0;

  constructor(parts: AgentKeysParts) {
    this.#parts = parts;
  }

  /** Resolves once the agent has the key; the error is a sentence. */
  async add(name: string): Promise<Result<void, string>> {
    const { services, specs, launcher, clock, onAdded } = this.#parts;
    const connection = specs().find((spec) => spec.name === name)?.connection;
    const file = keyOf(services().find((service) => service.name === name));
    if (file === null || connection?.technology !== 'ssh') return err(`${name} is not waiting for a key`);
    const added = await this.#latest.run(async (signal) => {
      const agent = await agentOf(connection, { launcher, clock, signal });
      if (signal.aborted) return err(withoutPassphrase);
      if (agent === null) return err(`ssh does not use an agent for ${connection.host}`);
      return this.#run({ name, file, signal }, agent);
    });
    if (!added.ok) return added;
    await onAdded(services().flatMap((service) => (keyOf(service) === file ? [service.name] : [])));
    return ok(undefined);
  }

  /** Ends what `add` has begun, before ssh-add as well. Resolves once nothing of it runs. Idempotent. */
  cancel(): Promise<void> {
    return this.#latest.cancel();
  }

  async #run(
    { name, file, signal }: KeyRequest,
    agent: Readonly<Record<string, string>>,
  ): Promise<Result<void, string>> {
    const { launcher, clock, runtimeDirectory, answerMs = agentMs } = this.#parts;
    const options = await this.#options();
    if (signal.aborted) return err(withoutPassphrase);
    ensureRuntimeDirectory(runtimeDirectory);
    const id = `ssh-add ${(this.#soFar += 1)}`;
    const program = new AskpassProgram(tunnelFile(runtimeDirectory, id, 'pass'));
    const ended = new AbortController();
    const child = launcher.launch({
      name: `ssh-add ${path.basename(file)}`,
      argv: ['ssh-add', ...options, '--', file],
      env: { ...agent, ...program.environment },
    });
    const stopChild = (): void => void child.stop();
    signal.addEventListener('abort', stopChild, { once: true });
    let isCanceled = false;
    let isLate = false;
    const awaitAgent = (): Timer =>
      clock.after(answerMs, () => {
        isLate = true;
        void child.stop({ force: true });
      });
    let patience = awaitAgent();
    child.onLine((_, line) => {
      const asked = program.parse(line);
      if (asked === null || asked.hint === 'done') return;
      patience.cancel();
      void this.#ask(asked, { name, file, signal: AbortSignal.any([ended.signal, signal]) }).then(
        (answer) => {
          isCanceled = answer === null;
          if (!ended.signal.aborted) patience = awaitAgent();
          return answerProgram(asked.fifo, answer);
        },
      );
    });
    const { exitCode, startError, stopped, lastLines } = await child.exited;
    ended.abort();
    patience.cancel();
    signal.removeEventListener('abort', stopChild);
    await program.close();
    if (exitCode === 0) return ok(undefined);
    if (startError !== null)
      return err(startError.code === 'ENOENT' ? 'ssh-add was not found' : startError.message);
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- set while ssh-add was running
    if (isLate) return err(`The key was not added: the agent did not answer within ${answerMs / 1_000} s`);
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- as above
    if (stopped || isCanceled) return err(withoutPassphrase);
    const complaint = lastLines.findLast((line) => program.parse(line) === null && line.trim() !== '');
    return err(`The key was not added${complaint === undefined ? '' : `: ${complaint.trim()}`}`);
  }

  async #options(): Promise<readonly string[]> {
    const { platform, environment } = this.#parts;
    if (platform !== 'darwin') return [];
    const found = await findOnPath('ssh-add', environment());
    return found === applesSshAdd ? ['--apple-use-keychain'] : [];
  }

  async #ask({ prompt }: AskpassRequest, { name, file, signal }: KeyRequest): Promise<string | null> {
    const answer = await this.#parts.prompts.ask(
      {
        services: () => [name],
        asker: path.basename(file),
        sameAs: null,
        words: prompt,
        kind: 'passphrase',
        isRepeated: prompt.startsWith('Bad passphrase'),
      },
      signal,
    );
    return answer?.text ?? null;
  }
}

function keyOf(service: ServiceSnapshot | undefined): string | null {
  const action: RemedyAction | null = service?.cause?.action ?? null;
  return action?.kind === 'add-key' ? action.file : null;
}
