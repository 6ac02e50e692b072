import { isNotice, isReusable, type Prompt } from '../../../shared/prompt.ts';
import { no, promptTitle, repetitionOf, yes } from '../../../shared/prompt-words.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { sshHostIn } from '../../../shared/route-text.ts';
import { isInOrder } from '../../../shared/service-tone.ts';
import { visibleLine } from '../../../shared/visible-text.ts';
import type { ControlClient } from '../../core/control/control-client.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { answerOf, withHost } from '../host-connection.ts';
import { reportOutcome } from '../output/service-results.ts';
import { answersOf, type Answers } from '../secret-input.ts';
import { progressOfStart, waitForServices } from '../service-wait.ts';

/** As long as a question waits for its answer. */
const timeoutMs = 300_000;

export interface LoginOptions {
  /** Absent: asks, at a terminal. */
  readonly remember?: boolean;
}

/** Connects the services of an ssh host, and asks the host's questions at the terminal. */
export const sshLogin: Action<LoginOptions> = async (context, options, hosts) =>
  withHost(context, async (client) => {
    const { services } = answerOf(await client.request('snapshot', {}));
    const meant = services.filter((service) => isMeant(service, hosts));
    if (meant.length === 0) throw new CommandFailure(`no ssh service leads to ${hosts.join(' or ')}`);
    const names = meant.filter(({ desired }) => desired === 'on').map(({ name }) => name);
    if (names.length === 0) {
      throw new CommandFailure(`every service of ${hosts.join(' and ')} is off`, {
        hint: `Start one: localport start ${meant[0]?.name ?? ''}`,
      });
    }
    const done = new AbortController();
    const attending = new PromptAnswers(context, client, { names, options }).attend(done.signal);
    try {
      await attending.isOpen;
      const waiting = meant.filter((service) => names.includes(service.name) && !isInOrder(service));
      const target = { kind: 'names', names: waiting.map(({ name }) => name) } as const;
      if (target.names.length > 0) answerOf(await client.request('log-in', { target }));
      const { clock, signal } = context;
      const deadline = clock.wallNow() + timeoutMs;
      const results = await waitForServices({
        client,
        clock,
        names,
        timeoutMs,
        progressOf: (service) => progressOfStart(service, deadline),
        tellDone: () => 'logged in',
        signal,
      });
      return reportOutcome(context, results, []);
    } finally {
      done.abort();
      await attending.ended;
    }
  });

const isMeant = ({ technology, name, route }: ServiceSnapshot, hosts: readonly string[]): boolean =>
  technology === 'ssh' && hosts.some((host) => host === name || host === sshHostIn(route));

const noKeychain =
  'There is no keychain to remember answers in. On Linux, install secret-tool (package libsecret-tools), and run a Secret Service such as GNOME Keyring';

const isOpen = (withdrawn: AbortSignal): boolean => !withdrawn.aborted;

/** Asks each open question once, one after the other. */
class PromptAnswers {
  readonly #context: CommandContext;
  readonly #client: ControlClient;
  /** The services that log in: questions for others are not for this command to answer. */
  readonly #names: readonly string[];
  readonly #options: LoginOptions;
  readonly #asked = new Set<string>();
  /** Whether to remember answers to these words, as the user has said. */
  readonly #wishes = new Map<string, boolean>();
  readonly #withdrawn = new Map<string, AbortController>();
  #turn: Promise<void> = Promise.resolve();
  #answers: Answers | null = null;

  constructor(
    context: CommandContext,
    client: ControlClient,
    { names, options }: { readonly names: readonly string[]; readonly options: LoginOptions },
  ) {
    this.#context = context;
    this.#names = names;
    this.#options = options;
    this.#client = client;
  }

  /** Until the signal aborts. `isOpen`: from now on, LocalPort may ask. */
  attend(signal: AbortSignal): { readonly isOpen: Promise<void>; readonly ended: Promise<void> } {
    let open: () => void = () => undefined;
    const isOpen = new Promise<void>((resolve) => (open = resolve));
    const ended = this.#client
      .stream(
        'watch-prompts',
        {},
        {
          onEvent: ({ prompts }) => {
            open();
            this.#take(prompts);
          },
          signal: AbortSignal.any([signal, this.#context.signal]),
        },
      )
      .then(async () => {
        open();
        this.#take([]);
        await this.#turn;
        this.#answers?.close();
      });
    return { isOpen, ended };
  }

  #take(prompts: readonly Prompt[]): void {
    for (const [id, withdrawn] of this.#withdrawn)
      if (prompts.every((prompt) => prompt.id !== id)) withdrawn.abort();
    const isMine = ({ services }: Prompt): boolean => services.some((name) => this.#names.includes(name));
    for (const prompt of prompts.filter((one) => isMine(one) && !this.#asked.has(one.id))) {
      this.#asked.add(prompt.id);
      const withdrawn = new AbortController();
      this.#withdrawn.set(prompt.id, withdrawn);
      this.#turn = this.#turn.then(() => this.#ask(prompt, withdrawn.signal)).catch(this.#complain);
    }
  }

  async #ask(prompt: Prompt, withdrawn: AbortSignal): Promise<void> {
    const { id, words, kind } = prompt;
    if (!isOpen(withdrawn)) return;
    const repetition = repetitionOf(prompt);
    if (repetition !== null) this.#context.tell(repetition);
    if (isNotice(kind)) {
      this.#context.tell(`${promptTitle(prompt)}: ${words}`);
      return;
    }
    this.#context.tell(visibleLine(promptTitle(prompt)));
    if (kind === 'confirm') {
      await this.#give(id, (await this.#consents(words, withdrawn)) ? yes : no, false);
      return;
    }
    const { ask } = this.#openAnswers();
    for (;;) {
      const answer = await ask(`${visibleLine(words)} `, withdrawn);
      if (answer === null) break;
      if (await this.#give(id, answer, await this.#wantsRemembered(prompt))) return;
    }
    // A withdrawn question no longer needs an answer.
    if (isOpen(withdrawn)) await this.#client.request('dismiss-prompt', { id });
  }

  #openAnswers(): Answers {
    this.#answers ??= answersOf(this.#context);
    return this.#answers;
  }

  async #consents(words: string, withdrawn: AbortSignal): Promise<boolean> {
    const { confirm } = this.#context;
    if (confirm !== undefined) return confirm(`${visibleLine(words)} [y/N] `);
    return /^y(?:es)?$/i.test((await this.#openAnswers().ask('', withdrawn)) ?? no);
  }

  async #wantsRemembered({ words, kind, remember }: Prompt): Promise<boolean> {
    const { confirm, tell } = this.#context;
    const wish = this.#options.remember ?? this.#wishes.get(words);
    if (remember !== 'offered') {
      if (wish === true && isReusable(kind))
        tell(remember === 'unavailable' ? noKeychain : 'This answer cannot be remembered');
      return false;
    }
    const wants = wish ?? (await confirm?.('Remember it in the keychain? [y/N] ')) ?? false;
    this.#wishes.set(words, wants);
    return wants;
  }

  /** False: it cannot be an answer, and the question stays open. */
  async #give(id: string, answer: string, remember: boolean): Promise<boolean> {
    const given = await this.#client.request('answer-prompt', { id, answer, remember });
    // It may have been answered elsewhere in the meantime.
    if (given.ok || given.error.code !== 'bad-request') return true;
    this.#context.tell(given.error.message);
    return false;
  }

  readonly #complain = (error: unknown): void => {
    this.#context.tell(error instanceof Error ? error.message : String(error));
  };
}
