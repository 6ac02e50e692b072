/**
 * The user's on/off choices, in a state file of the app's own: their YAML is never written. Without a choice, `enabled` in
 * the config decides. A choice is kept while its service is out of the config, so that it is remembered when it comes back.
 *
 * Invariant: damage to the file never turns on what was off. It has a twin that is written after it, with the same
 * content; where neither can be read, everything that the config has is off until the user says otherwise.
 */
import type { Desired } from '../../../shared/service-snapshot.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Logger } from '../observability/logger.ts';
import { writeFileAtomically } from './atomic-file.ts';
import {
  choicesText,
  loadChoices,
  maxChoices,
  twinOf,
  type Choice,
  type UnreadableChoices,
} from './desired-file.ts';

export interface DesiredStore {
  /** The user's choice, else what the config says. */
  desiredOf(spec: Pick<ServiceSpec, 'name' | 'enabled'>): Desired;
  /** Remembers a choice at once, and writes it in the background. `until`: in epoch ms; then the opposite holds. */
  set(name: string, desired: Desired, until?: number): void;
  /** The choices that hold only until a moment, in epoch ms. */
  passing(): ReadonlyMap<string, Required<Choice>>;
  /** A config has been applied: services that come later were not in it when the file was damaged, or LocalPort started. */
  settle(): void;
  /** Resolves when everything set so far is on disk, or could not be written, which is logged. Never rejects. */
  flush(): Promise<void>;
}

export interface DesiredStoreParts {
  readonly path: string;
  readonly log: Logger;
  /** What the first config has is off until it is turned on, for this run: nothing of that is written. */
  readonly allOff?: boolean;
  /** Why the choices could not be written, in the system's words; null: they are on disk. */
  readonly onWritable: (failure: string | null) => void;
  /** Why the choices are not known; null again once the user has chosen anew, where that is written. */
  readonly onUnreadable: (why: UnreadableChoices | null) => void;
}

/** Reads the choices. A file that cannot be read as such is moved aside, to `….corrupt`. */
export async function openDesiredStore(parts: DesiredStoreParts): Promise<DesiredStore> {
  const { path, log, allOff = false } = parts;
  const { choices, unreadable, isComplete } = await loadChoices(path, log);
  let startsOff = unreadable !== null;
  let isFirstConfig = true;
  const offForThisRun = new Set<string>();
  let isWritten = isComplete;
  let writing: Promise<void> | null = null;

  const write = async (): Promise<void> => {
    // A newer LocalPort has its choices there: they are not ours to lose.
    while (!isWritten && unreadable !== 'newer') {
      isWritten = true;
      try {
        const text = choicesText(choices);
        await writeFileAtomically(path, text, { mode: 0o600, sync: true });
        await writeFileAtomically(twinOf(path), text, { mode: 0o600, sync: true });
        parts.onWritable(null);
      } catch (error) {
        const why = describe(error);
        log.error(`the on/off choices could not be written to ${path}: ${why}`);
        parts.onWritable(why);
        isWritten = false;
        return;
      }
    }
  };
  const flush = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = null;
    });
    return writing;
  };
  const remember = (name: string, choice: Choice): void => {
    choices.delete(name);
    choices.set(name, choice);
    const [oldest] = choices.size > maxChoices ? choices.keys() : [];
    if (oldest !== undefined) choices.delete(oldest);
    isWritten = false;
    void flush();
  };

  if (unreadable !== null) parts.onUnreadable(unreadable);
  if (!isWritten) void flush();
  return {
    desiredOf: ({ name, enabled }) => {
      const chosen = choices.get(name)?.desired;
      // On disk as well: the next start finds a file that is whole.
      if (chosen === undefined && startsOff) remember(name, { desired: 'off' });
      if (allOff && isFirstConfig) offForThisRun.add(name);
      if (offForThisRun.has(name)) return 'off';
      return chosen ?? (enabled && !startsOff ? 'on' : 'off');
    },
    set: (name, desired, until) => {
      if (unreadable === 'damaged') parts.onUnreadable(null);
      offForThisRun.delete(name);
      remember(name, { desired, ...(until === undefined ? {} : { until }) });
    },
    passing: () =>
      new Map(
        [...choices].flatMap(([name, { desired, until }]) =>
          until === undefined ? [] : [[name, { desired, until }]],
        ),
      ),
    settle: () => {
      startsOff = false;
      isFirstConfig = false;
    },
    flush,
  };
}

const describe = (error: unknown): string =>
  error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
