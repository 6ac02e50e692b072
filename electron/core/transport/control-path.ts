/** Where the user's own master listens for a host: what `ssh -G` says of its ControlPath, with all tokens replaced. */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { shellWord } from '../../../shared/shell-word.ts';
import type { Clock } from '../clock.ts';
import { classifyFailure } from '../failure/failure-classifier.ts';
import { thisPrivacy } from '../privacy/mac-privacy.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { askChild } from '../process/child-query.ts';
import type { SshConnection } from './ssh-command.ts';

/** ssh_config may run programs (`Match exec`). */
const timeoutMs = 5_000;
/** A master that is away is looked for every 2 s: not by a new process each time. */
const rememberedMs = 60_000;

export type FoundPath = Result<string, Cause>;

interface Remembered {
  readonly found: Promise<FoundPath>;
  readonly at: number;
}

export interface ControlPathsParts {
  readonly launcher: ChildLauncher;
  readonly clock: Clock;
}

/** Looks a path up once for all who ask within a minute. Failures are not remembered. */
export class ControlPaths {
  readonly #parts: ControlPathsParts;
  readonly #remembered = new Map<string, Remembered>();

  constructor(parts: ControlPathsParts) {
    this.#parts = parts;
  }

  /** `isFresh`: ssh_config may say something else by now. Never rejects. */
  find(service: ServiceSpec, connection: SshConnection, isFresh: boolean): Promise<FoundPath> {
    const key = loginWords(connection).join('\n');
    const { clock } = this.#parts;
    const known = this.#remembered.get(key);
    if (known !== undefined && !isFresh && clock.now() < known.at + rememberedMs) return known.found;
    const found = this.#ask(service, connection);
    this.#remembered.set(key, { found, at: clock.now() });
    void found.then((path) => {
      if (!path.ok && this.#remembered.get(key)?.found === found) this.#remembered.delete(key);
    });
    return found;
  }

  async #ask(service: ServiceSpec, connection: SshConnection): Promise<FoundPath> {
    const { host } = connection;
    const request = {
      name: `ssh -G ${host}`,
      argv: ['ssh', '-G', ...loginWords(connection)] as const,
    };
    const { signal } = new AbortController();
    const answer = await askChild(request, { ...this.#parts, timeoutMs, signal });
    if (answer.kind !== 'answered') {
      const evidence = `ssh -G ${host} gave no answer within ${timeoutMs / 1000} s`;
      return err(describeCause('timed-out', { what: 'ssh', evidence }));
    }
    const { exit, output } = answer;
    if (exit.exitCode !== 0) {
      return err(classifyFailure({ ...exit, service, lines: exit.lastLines, privacy: thisPrivacy }));
    }
    const path = controlPathIn(output);
    return path === null ? err(withoutPath(connection)) : ok(path);
  }
}

/** `none` is OpenSSH's word for it. */
export function controlPathIn(lines: readonly string[]): string | null {
  const path = lines
    .map((line) => /^controlpath (.+)$/i.exec(line)?.[1])
    .find((found) => found !== undefined);
  return path === undefined || path === 'none' ? null : path;
}

/** What the master has to be started with, to lie where it is looked for. */
export const masterCommand = (connection: SshConnection): string =>
  ['ssh', '-fNM', ...loginWords(connection, false).map(shellWord)].join(' ');

function loginWords({ host, user, port }: SshConnection, endsOptions = true): string[] {
  return [
    ...(user === null ? [] : ['-l', user]),
    ...(port === null ? [] : ['-p', String(port)]),
    ...(endsOptions ? ['--'] : []),
    host,
  ];
}

const withoutPath = (connection: SshConnection): Cause =>
  describeCause('control-path-missing', { host: connection.host, command: masterCommand(connection) });
