/**
 * Problems with the host's own folders and files that do not prevent it from running: one sentence for each, with the fix.
 * Shown by `status`, `doctor` and the popover.
 */
import type { AppPaths } from '../config/app-paths.ts';
import { writeFailureFix, writeFailureInWords } from '../files/write-failure.ts';

/**
 * `state`: the state folder. `choices`: the file with the on/off choices. `logs`: the log folder. `ports`: new ports were
 * chosen. `search`: configs were skipped. `keychain`: an answer that the user wanted to keep was not stored.
 */
export type NoticeTopic = 'state' | 'choices' | 'logs' | 'ports' | 'search' | 'keychain';

const topics: readonly NoticeTopic[] = ['state', 'choices', 'logs', 'ports', 'search', 'keychain'];

export class HostNotices {
  readonly #paths: Pick<AppPaths, 'stateDirectory' | 'logDirectory'>;
  readonly #reasons = new Map<NoticeTopic, string>();
  #onChange: () => void = () => undefined;

  constructor(paths: Pick<AppPaths, 'stateDirectory' | 'logDirectory'>) {
    this.#paths = paths;
  }

  /** In a fixed order. */
  get sentences(): readonly string[] {
    return topics.flatMap((topic) => {
      const reason = this.#reasons.get(topic);
      if (reason === undefined || this.#isImplied(topic)) return [];
      return [sentences[topic](this.#paths, reason)];
    });
  }

  /** `reason`: the system's error message, or another reason; null: the problem is over. */
  report(topic: NoticeTopic, reason: string | null): void {
    if ((this.#reasons.get(topic) ?? null) === reason) return;
    if (reason === null) this.#reasons.delete(topic);
    else this.#reasons.set(topic, reason);
    this.#onChange();
  }

  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /** Logs in a state folder that cannot be written need no notice of their own. */
  #isImplied(topic: NoticeTopic): boolean {
    const { stateDirectory, logDirectory } = this.#paths;
    return topic === 'logs' && this.#reasons.has('state') && logDirectory.startsWith(`${stateDirectory}/`);
  }
}

type Sentence = (paths: Pick<AppPaths, 'stateDirectory' | 'logDirectory'>, reason: string) => string;

const sentences: Readonly<Record<NoticeTopic, Sentence>> = {
  state: ({ stateDirectory }, reason) =>
    `LocalPort cannot write to ${stateDirectory} (${writeFailureInWords(reason)}), so it forgets your on/off choices when it stops. ` +
    writeFailureFix(reason),
  choices: ({ stateDirectory }, reason) =>
    reason === 'newer' ? newerChoices(stateDirectory) : damagedChoices(stateDirectory),
  logs: ({ logDirectory }, reason) =>
    `LocalPort cannot write logs to ${logDirectory} (${writeFailureInWords(reason)}). ${writeFailureFix(reason)}`,
  ports: (_, reason) => reason,
  search: (_, reason) => reason,
  keychain: (_, reason) =>
    `The answer could not be stored in the keychain (${reason}), so LocalPort forgets it when it quits. ` +
    'Unlock the keychain, and choose to remember it the next time that you are asked.',
};

const damagedChoices = (stateDirectory: string): string =>
  `The on/off choices in ${stateDirectory}/desired.json were damaged and there was no backup, so every service was ` +
  'turned off. Turn on the ones that you want.';

const newerChoices = (stateDirectory: string): string =>
  `The on/off choices in ${stateDirectory}/desired.json were written by a newer LocalPort, so they are not changed and every ` +
  'service starts turned off. Update LocalPort, or turn on the services that you want for this run.';
