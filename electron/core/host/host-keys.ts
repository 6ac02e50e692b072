/**
 * Lets the user trust the host key of an ssh server after seeing its fingerprints. Invariants:
 *
 * 1. Exactly the keys whose fingerprints were shown are written; the server is not asked again.
 * 2. Old keys of the host are removed only after they were shown; other lines of the file stay as they are.
 * 3. A server that ssh reaches through another program is not asked: ssh-keyscan would reach a different machine.
 */
import { createHash, randomBytes } from 'node:crypto';
import { open, realpath } from 'node:fs/promises';
import path from 'node:path';
import { refusesHostKey, type HostKeyOffer } from '../../../shared/host-keys.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { ServiceSpec, SshConnection } from '../../../shared/service-spec.ts';
import { askProgram } from '../import/program-answer.ts';
import { errorMessage } from '../lifecycle/error-text.ts';
import type { Argv } from '../process/child-start.ts';
import type { Environment } from '../process/environment-block.ts';
import { makeFolder } from '../files/make-folder.ts';
import { sshSettingsArgv } from '../ssh/ssh-command.ts';
import { sshSetting } from '../ssh/ssh-settings.ts';
import {
  fingerprintOf,
  hostKeysIn,
  isSameKey,
  knownHostLine,
  knownHostName,
  type HostKey,
} from './known-hosts.ts';

export interface HostKeysParts {
  readonly environment: () => Environment;
  readonly homeDirectory: string;
  readonly specs: () => readonly ServiceSpec[];
  readonly services: () => readonly ServiceSnapshot[];
  /** Retries the services that wait for it. */
  readonly onTrusted: (names: readonly string[]) => Promise<void>;
}

const settingsMs = 10_000;
/** How long ssh-keyscan waits for a server that does not answer. */
const scanSeconds = 10;
const scanMs = 2 * scanSeconds * 1_000;
/** How many services may have keys that were shown and not trusted yet. */
const maxOffers = 16;

/** Where ssh looks for the keys of a host, according to its own configuration. */
interface KnownHostsEntry {
  readonly hostName: string;
  readonly port: number;
  /** The name of the host in the file. */
  readonly name: string;
  readonly file: string;
  readonly isHashed: boolean;
}

interface Shown {
  readonly offer: HostKeyOffer;
  readonly entry: KnownHostsEntry;
  readonly keys: readonly HostKey[];
}

export class HostKeys {
  readonly #parts: HostKeysParts;
  /** By service, the newest last. */
  readonly #shown = new Map<string, Shown>();

  constructor(parts: HostKeysParts) {
    this.#parts = parts;
  }

  /** Asks the server for its keys. The error is a sentence. */
  async look(name: string): Promise<Result<HostKeyOffer, string>> {
    const { services, specs } = this.#parts;
    const connection = specs().find((spec) => spec.name === name)?.connection;
    const cause = services().find((service) => service.name === name)?.cause ?? null;
    if (connection?.technology !== 'ssh' || !refusesHostKey(cause))
      return err(`${name} is not waiting for a host key`);
    const entry = await this.#entryOf(connection);
    if (!entry.ok) return entry;
    const { hostName, port, file } = entry.value;
    const argv: Argv = ['ssh-keyscan', '-T', String(scanSeconds), '-p', String(port), '--', hostName];
    const scan = await this.#ask(argv, scanMs);
    const offered = hostKeysIn(scan.stdout);
    if (offered.length === 0)
      return err(
        `${entry.value.name} showed no host key${scan.complaint === '' ? '' : `: ${scan.complaint}`}`,
      );
    const known = hostKeysIn(
      (await this.#ask(['ssh-keygen', '-F', entry.value.name, '-f', file], settingsMs)).stdout,
    );
    const revoked = offered.find((key) => known.some((k) => k.marker === '@revoked' && isSameKey(k, key)));
    if (revoked !== undefined)
      return err(`${file} says that the key ${fingerprintOf(revoked).fingerprint} is revoked`);
    const former = known.filter((key) => key.marker === null && !offered.some((one) => isSameKey(one, key)));
    const shown = {
      host: entry.value.name,
      file,
      former: former.map(fingerprintOf),
      offered: offered.map(fingerprintOf),
    };
    const digest = createHash('sha256').update(JSON.stringify(shown)).digest('hex');
    const offer = { digest, ...shown };
    this.#remember(name, { offer, entry: entry.value, keys: offered });
    return ok(offer);
  }

  /** Trusts the keys that `look` returned with this digest, and retries. The error is a sentence. */
  async trust(name: string, digest: string): Promise<Result<void, string>> {
    const shown = this.#shown.get(name);
    if (shown?.offer.digest !== digest)
      return err('Look at the fingerprints again: others were shown meanwhile');
    const { offer, entry, keys } = shown;
    try {
      if (offer.former.length > 0) {
        const removed = await this.#ask(['ssh-keygen', '-R', entry.name, '-f', entry.file], settingsMs);
        if (!removed.ok) return err(`The old key was not removed from ${entry.file}: ${removed.complaint}`);
      }
      await append(
        entry.file,
        keys.map((key) => knownHostLine(entry.name, key, entry.isHashed ? randomBytes(20) : null)),
      );
    } catch (error) {
      return err(`${entry.file} cannot be written: ${errorMessage(error)}`);
    }
    this.#shown.delete(name);
    const waiting = this.#parts.services().filter(({ cause }) => refusesHostKey(cause));
    await this.#parts.onTrusted(waiting.map((service) => service.name));
    return ok(undefined);
  }

  async #entryOf(connection: SshConnection): Promise<Result<KnownHostsEntry, string>> {
    const { host } = connection;
    const answer = await this.#ask(sshSettingsArgv(connection), settingsMs);
    if (!answer.ok) return err(`ssh does not say how it reaches ${host}: ${answer.complaint}`);
    const lines = answer.stdout.split('\n');
    const isBehind = ['proxyjump', 'proxycommand'].some((setting) => sshSetting(lines, setting) !== null);
    if (connection.jump.length > 0 || isBehind)
      return err(`ssh reaches ${host} through another host or program: connect once in a terminal instead`);
    const file = this.#fileIn(sshSetting(lines, 'userknownhostsfile'));
    if (file === null) return err('Your ssh_config names no known_hosts file that can be written to');
    const port = Number(sshSetting(lines, 'port') ?? 22);
    const hostName = sshSetting(lines, 'hostname') ?? host;
    const name = sshSetting(lines, 'hostkeyalias') ?? knownHostName(hostName.toLowerCase(), port);
    const isHashed = sshSetting(lines, 'hashknownhosts') === 'yes';
    // Resolved, so that the file is replaced and not a link to it.
    return ok({ hostName, port, name, file: await realpath(file).catch(() => file), isHashed });
  }

  /** ssh writes to the first file. Names with tokens or spaces cannot be parsed here. */
  #fileIn(setting: string | null): string | null {
    const [first = ''] = (setting ?? '').split(' ');
    const file = first.startsWith('~/') ? path.join(this.#parts.homeDirectory, first.slice(2)) : first;
    return path.isAbsolute(file) && file !== '/dev/null' && !file.includes('%') ? file : null;
  }

  #ask(argv: Argv, timeoutMs: number): ReturnType<typeof askProgram> {
    return askProgram(argv, this.#parts.environment(), timeoutMs);
  }

  #remember(name: string, shown: Shown): void {
    this.#shown.delete(name);
    this.#shown.set(name, shown);
    const [oldest] = this.#shown.keys();
    if (this.#shown.size > maxOffers && oldest !== undefined) this.#shown.delete(oldest);
  }
}

/** Appends lines to the file, which is created if missing. */
async function append(file: string, lines: readonly string[]): Promise<void> {
  await makeFolder(path.dirname(file));
  const handle = await open(file, 'a+', 0o600);
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    const start = size > 0 && last.toString() !== '\n' ? '\n' : '';
    await handle.appendFile(`${start}${lines.join('\n')}\n`);
  } finally {
    await handle.close();
  }
}
