/**
 * The user's on/off choices, in a state file: the user's YAML is never written. Without a choice, `enabled` in the config
 * decides. A choice is kept while its service is not in the config, and applies again when the service returns.
 *
 * Invariant: damage to the file never turns on a service that was off. The file has a backup with the same content, written
 * after it; if neither can be read, all services of the config are off until the user turns them on.
 */
import type { Desired } from '../../../shared/service-snapshot.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Logger } from '../observability/logger.ts';
import { writeFileAtomically } from '../files/atomic-file.ts';
import {
  choicesText,
  loadChoices,
  maxChoices,
  twinOf,
  type Choice,
  type UnreadableChoices,
} from './desired-file.ts';

export interface DesiredStore {
  /** The user's choice, else the value of the config. */
  desiredOf(spec: Pick<ServiceSpec, 'name' | 'enabled'>): Desired;
  /** Applies a choice at once, and writes it in the background. `until`: in epoch ms; after that the opposite holds. */
  set(name: string, desired: Desired, until?: number): void;
  /** The choices with an end, in epoch ms. */
  passing(): ReadonlyMap<string, Required<Choice>>;
  /** A config has been applied: services added later were not in it when the file was damaged, or when LocalPort started. */
  settle(): void;
  /** Resolves when all choices are on disk, or could not be written, which is logged. Never rejects. */
  flush(): Promise<void>;
}

export interface DesiredStoreParts {
  readonly path: string;
  readonly log: Logger;
  /** The services of the first config are off until they are turned on, for this run only: this is not written. */
  readonly allOff?: boolean;
  /** The system's message if the choices could not be written; null: they are on disk. */
  readonly onWritable: (failure: string | null) => void;
  /** Why the choices are not known; null again once a new choice of the user has been written. */
  readonly onUnreadable: (why: UnreadableChoices | null) => void;
}

/** Reads the choices. An invalid file is moved aside, to `….corrupt`. */
export async function openDesiredStore(parts: DesiredStoreParts): Promise<DesiredStore> {
  const { path, log, allOff = false } = parts;
  const { choices, unreadable, isComplete } = await loadChoices(path, log);
  let startsOff = unreadable !== null;
  let isFirstConfig = true;
  const offForThisRun = new Set<string>();
  let isWritten = isComplete;
  let writing: Promise<void> | null = null;

  const write = async (): Promise<void> => {
    // The files hold the choices of a newer LocalPort, which must not be lost.
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
      // On disk as well: the next start finds a complete file.
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
