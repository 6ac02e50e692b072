/**
 * ssh carriers whose password must be read first. Nothing is started, and no deadline runs, before the password is
 * known.
 */
import type { SshConnection } from '../../../shared/service-spec.ts';
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { err, type Result } from '../../../shared/result.ts';
import { loginCommand } from '../../../shared/prompt.ts';
import { parseSecretReference, setCommand } from '../../../shared/secret-reference.ts';
import type { PromptQueue } from '../prompts/prompt-queue.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import { isReference } from '../secrets/service-secrets.ts';
import { LivingCarrier, noChild } from '../transport/carrier-life.ts';
import type { Carrier, CarrierEnd, TransportProof } from '../transport/carrier.ts';
import type { OpenCarrier } from '../transport/transport.ts';
import { loginOf } from '../transport/transport-key.ts';

type Prompts = Pick<PromptQueue, 'memory' | 'isAttended' | 'mayAnswer'>;

/** Wraps `open` for services whose password may be a reference. */
export const withSecrets =
  (open: OpenCarrier, secrets: SecretStore, prompts: Prompts): OpenCarrier =>
  (opening, reports) => {
    const { service } = opening;
    const { connection } = service;
    if (connection.technology !== 'ssh' || connection.password === null) return open(opening, reports);
    const { password } = connection;
    // The user is prompted for it instead.
    const isReplaced = prompts.mayAnswer && prompts.memory.isStoredReplaced(loginOf(connection));
    if (!isReference(password) || isReplaced) return open(opening, reports);
    return new SecretCarrier(opening.id, {
      password: secrets
        .resolve(password)
        .then((found) => (found.ok ? found : err(unread(found.error, connection)))),
      open: (value) =>
        open(
          { ...opening, service: { ...service, connection: { ...connection, password: value } } },
          reports,
        ),
      explain: (cause) => {
        // Only if the config's password was refused, not the user's input or a security key.
        const isStored = cause.action?.kind === 'log-in' && cause.action.replacesStored;
        if (cause.code !== 'auth-failed' || !isStored) return cause;
        secrets.refuse(password);
        return refused(connection.host, password, { cause, login: loginUnless(prompts, connection.host) });
      },
    });
  };

/** Offers to prompt for a missing password. */
function unread(cause: Cause, { host, password }: SshConnection): Cause {
  if (cause.code !== 'secret-missing') return cause;
  const reference = parseSecretReference(password ?? '');
  const command = reference?.kind === 'keychain' ? setCommand(reference.name) : undefined;
  const what = reference?.kind === 'keychain' ? reference.name : undefined;
  const evidence = cause.evidence ?? undefined;
  return describeCause('secret-missing', { what, command, evidence, login: loginCommand(host) });
}

/** The command that prompts for the password if LocalPort itself cannot. */
const loginUnless = ({ isAttended }: Prompts, host: string): string | undefined =>
  isAttended ? undefined : loginCommand(host);

interface Refusal {
  readonly cause: Cause;
  readonly login: string | undefined;
}

function refused(host: string, password: string, { cause: { evidence }, login }: Refusal): Cause {
  const reference = parseSecretReference(password);
  const command = reference?.kind === 'keychain' ? setCommand(reference.name) : undefined;
  return describeCause('auth-failed', {
    host,
    command,
    login,
    usedPassword: true,
    evidence: evidence ?? undefined,
  });
}

interface SecretCarrierParts {
  readonly password: Promise<Result<string, Cause>>;
  readonly open: (password: string) => Carrier;
  readonly explain: (cause: Cause) => Cause;
}

class SecretCarrier extends LivingCarrier {
  readonly #parts: SecretCarrierParts;
  #inner: Carrier | null = null;
  #isStopped = false;
  /** The same explained cause for `ready` and `ended`. */
  #explained: { readonly from: Cause; readonly to: Cause } | null = null;

  constructor(id: string, parts: SecretCarrierParts) {
    super(id);
    this.#parts = parts;
    void parts.password.then((password) => {
      if (this.#isStopped) return;
      if (password.ok) this.#follow(parts.open(password.value));
      else this.life.end({ ...noChild, cause: password.error });
    });
  }

  override get pid(): number | null {
    return this.#inner?.pid ?? null;
  }

  override proveTransport(deadlineMs: number): Promise<TransportProof> {
    return this.#inner?.proveTransport(deadlineMs) ?? Promise.resolve({ kind: 'unprovable' });
  }

  override stop(options: { readonly force?: boolean } = {}): Promise<CarrierEnd> {
    this.#isStopped = true;
    if (this.#inner === null) this.life.end({ ...noChild, cause: null });
    else void this.#inner.stop(options);
    return this.ended;
  }

  #follow(inner: Carrier): void {
    this.#inner = inner;
    inner.onComplaint((cause) => {
      this.life.complain(cause);
    });
    void inner.ready.then((result) => {
      this.life.settleReady(result.ok ? result : err(this.#explain(result.error)));
    });
    void inner.ended.then((end) => {
      this.life.end({ ...end, cause: end.cause === null ? null : this.#explain(end.cause) });
    });
  }

  #explain(cause: Cause): Cause {
    if (this.#explained?.from !== cause) this.#explained = { from: cause, to: this.#parts.explain(cause) };
    return this.#explained.to;
  }
}
