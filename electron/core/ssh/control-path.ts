/**
 * Where the user's own master listens for a host: the ControlPath that `ssh -G` prints, with all tokens replaced.
 */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ServiceSpec, SshConnection } from '../../../shared/service-spec.ts';
import { classifyFailure } from '../failure/failure-classifier.ts';
import { thisPrivacy } from '../privacy/mac-privacy.ts';
import { ownMasterCommand, sshSettingsArgv } from './ssh-command.ts';
import { querySshSettings, type SettingsTools, settingsTimeoutMs, sshSetting } from './ssh-settings.ts';

/** A missing master is looked for every 2 s; this avoids a new process each time. */
const rememberedMs = 60_000;

export type FoundPath = Result<string, Cause>;

interface Remembered {
  readonly found: Promise<FoundPath>;
  readonly at: number;
}

/** Caches each path for a minute. Failures are not cached. */
export class ControlPaths {
  readonly #tools: SettingsTools;
  readonly #remembered = new Map<string, Remembered>();

  constructor(tools: SettingsTools) {
    this.#tools = tools;
  }

  /** `isFresh`: bypasses the cache, since ssh_config may have changed. Never rejects. */
  find(service: ServiceSpec, connection: SshConnection, isFresh: boolean): Promise<FoundPath> {
    const key = sshSettingsArgv(connection).join('\n');
    const { clock } = this.#tools;
    const known = this.#remembered.get(key);
    if (known !== undefined && !isFresh && clock.now() < known.at + rememberedMs) return known.found;
    const found = this.#query(service, connection);
    this.#remembered.set(key, { found, at: clock.now() });
    void found.then((path) => {
      if (!path.ok && this.#remembered.get(key)?.found === found) this.#remembered.delete(key);
    });
    return found;
  }

  async #query(service: ServiceSpec, connection: SshConnection): Promise<FoundPath> {
    const { host } = connection;
    const answer = await querySshSettings(connection, this.#tools);
    if (answer.kind !== 'answered') {
      const evidence = `ssh -G ${host} did not answer within ${settingsTimeoutMs / 1000} s`;
      return err(describeCause('timed-out', { what: 'ssh', evidence }));
    }
    const { exit, output } = answer;
    if (exit.exitCode !== 0) {
      return err(classifyFailure({ ...exit, service, lines: exit.lastLines, privacy: thisPrivacy }));
    }
    const path = sshSetting(output, 'controlpath');
    return path === null ? err(withoutPath(connection)) : ok(path);
  }
}

const withoutPath = (connection: SshConnection): Cause =>
  describeCause('control-path-missing', { host: connection.host, command: ownMasterCommand(connection) });
