/**
 * The secrets that the config refers to, read when they are needed and kept in memory only. Invariants:
 *
 * 1. Concurrent callers of the same secret share one read.
 * 2. `op://…` may ask the user for a fingerprint: it is read only after `allow`, once per call.
 * 3. A secret that a server refused is read again: on the next use, or, for `op://…`, after the next `allow`.
 */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { parseSecretReference, type SecretReference } from '../../../shared/secret-reference.ts';

export interface SecretStoreParts {
  readonly read: (reference: SecretReference) => Promise<Result<string, Cause>>;
  /** Called before the caller gets the value: it must never be shown. */
  readonly onFound: (value: string) => void;
}

export class SecretStore {
  readonly #parts: SecretStoreParts;
  readonly #known = new Map<string, string>();
  readonly #pending = new Map<string, Promise<Result<string, Cause>>>();
  readonly #allowed = new Set<string>();
  readonly #refused = new Set<string>();

  constructor(parts: SecretStoreParts) {
    this.#parts = parts;
  }

  /** The user has just started something that needs these passwords of the config. */
  allow(passwords: Iterable<string>): void {
    for (const password of passwords) this.#allowed.add(password);
  }

  /** The password behind `password` of the config. Never rejects. */
  async resolve(password: string): Promise<Result<string, Cause>> {
    const reference = parseSecretReference(password);
    if (reference === null) return ok(password);
    const pending = this.#pending.get(password);
    if (pending !== undefined) return pending;
    const isAllowed = this.#allowed.delete(password);
    const known = this.#known.get(password);
    const isRefused = this.#refused.has(password);
    // The keychain may have changed, and reading it asks the user nothing.
    const isOutdated = reference.kind === 'keychain' ? isAllowed || isRefused : isAllowed && isRefused;
    if (known !== undefined && !isOutdated) return ok(known);
    if (reference.kind === 'op' && !isAllowed)
      return err(describeCause('secret-not-read', { what: reference.place }));
    const reading = this.#read(password, reference);
    this.#pending.set(password, reading);
    return reading;
  }

  /** A server refused the password behind it. */
  refuse(password: string): void {
    this.#refused.add(password);
  }

  async #read(password: string, reference: SecretReference): Promise<Result<string, Cause>> {
    const found = await this.#parts.read(reference);
    this.#pending.delete(password);
    this.#known.delete(password);
    this.#refused.delete(password);
    if (!found.ok) return found;
    this.#known.set(password, found.value);
    this.#parts.onFound(found.value);
    return found;
  }
}
