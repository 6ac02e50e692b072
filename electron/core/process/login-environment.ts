/**
 * The environment of the login shell. An app that is started from the Dock has only a minimal PATH, so kubectl, its
 * credential plugins and the ssh agent are only found with the variables of the user's rc files. Asking the shell takes
 * seconds, and the start never waits for it: until then, the last good answer and the usual folders are used.
 */
import { statSync } from 'node:fs';
import type { Clock } from '../clock.ts';
import { writeFileAtomically } from '../files/atomic-file.ts';
import type { Logger } from '../observability/logger.ts';
import {
  type Environment,
  cacheable,
  cacheableDifference,
  cleanEnvironment,
  withFallbackPath,
} from './environment-block.ts';
import type { GroupRegistry } from './group-registry.ts';
import { captureLoginEnvironment } from './login-capture.ts';
import { readPrivateFile } from '../files/private-file.ts';

export interface LoginEnvironmentOptions {
  readonly processEnv: NodeJS.ProcessEnv;
  /** Absolute path of the login shell: `findLoginShell`. */
  readonly shell: string;
  /** A state file, 0600; its folder exists. */
  readonly cachePath: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** The lifeline, so that a hanging shell does not outlive the app. */
  readonly registries?: readonly GroupRegistry[];
}

export interface LoginEnvironment {
  /** The best environment known now, without waiting: children start with it. */
  current(): Environment;
  /**
   * Asks the shell, at most twice, 10 s each. Never rejects; after `failed` the known environment stays in effect. May be
   * repeated at any time ("refresh"); concurrent calls share one run.
   */
  capture(signal: AbortSignal): Promise<'captured' | 'failed'>;
  /** When the shell last answered, in epoch ms, perhaps in an earlier run; null: never. */
  capturedAt(): number | null;
}

const maxAttempts = 2;

/** Reads the cache and is ready; the shell is asked by `capture`. Never throws. */
export function createLoginEnvironment(options: LoginEnvironmentOptions): LoginEnvironment {
  const { cachePath, log, registries = [] } = options;
  const inherited = cleanEnvironment(options.processEnv);
  let known = withFallbackPath({ ...inherited, ...readCache(cachePath, log) });
  let capturedAt = lastWrite(cachePath);
  let capturing: Promise<'captured' | 'failed'> | null = null;

  async function attempt(signal: AbortSignal): Promise<'captured' | 'failed'> {
    for (let number = 1; number <= maxAttempts && !signal.aborted; number++) {
      const captured = await captureLoginEnvironment(
        { ...options, environment: inherited, registries },
        signal,
      );
      if (captured.ok) {
        known = withFallbackPath(captured.value);
        capturedAt = options.clock.wallNow();
        await writeCache(cachePath, cacheableDifference(inherited, captured.value), log);
        return 'captured';
      }
      log.warn(
        `login environment: ${options.shell} did not give it: ${captured.error} (attempt ${number} of ${maxAttempts})`,
      );
    }
    return 'failed';
  }

  return {
    current: () => ({ ...known }),
    capturedAt: () => capturedAt,
    capture(signal) {
      capturing ??= attempt(signal).finally(() => {
        capturing = null;
      });
      return capturing;
    },
  };
}

function readCache(path: string, log: Logger): Environment {
  const text = readPrivateFile(path);
  if (!text.ok) log.warn(`login environment: ignoring the cache: ${text.error}`);
  if (!text.ok || text.value === null) return {};
  try {
    const entries = Object.entries(JSON.parse(text.value) as Record<string, unknown>);
    const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    // An earlier version kept more.
    return cacheable(Object.fromEntries(texts));
  } catch {
    log.warn(`login environment: ignoring the cache: ${path} is damaged`);
    return {};
  }
}

/** The cache is written with each answer. */
/** null: there is none, or its folder cannot be entered. */
function lastWrite(path: string): number | null {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return null;
  }
}

async function writeCache(path: string, difference: Environment, log: Logger): Promise<void> {
  try {
    await writeFileAtomically(path, JSON.stringify(difference), { mode: 0o600, sync: false });
  } catch (error) {
    log.warn(`login environment: the cache cannot be written: ${(error as Error).message}`);
  }
}
