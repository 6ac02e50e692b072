/** ssh tunnels whose password must be read first. Nothing is started, and no time runs, before it is known. */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { err, type Result } from '../../../shared/result.ts';
import { parseSecretReference, setCommand } from '../../../shared/secret-reference.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import { isReference } from '../secrets/service-secrets.ts';
import { noChild, CarrierLife } from '../transport/carrier-life.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { TransportProof, CarrierEnd } from '../transport/carrier.ts';
import type { Tunnel, TunnelAdapter } from './tunnel-adapter.ts';

/** The same adapter, for services whose password may be a reference. */
export const withSecrets = (adapter: TunnelAdapter, secrets: SecretStore): TunnelAdapter => ({
  ...adapter,
  open: (request) => {
    const { connection } = request.service;
    if (connection.technology !== 'ssh' || connection.password === null) return adapter.open(request);
    const { password } = connection;
    if (!isReference(password)) return adapter.open(request);
    return new SecretTunnel(request.id, {
      password: secrets.resolve(password),
      open: (value) =>
        adapter.open({
          ...request,
          service: { ...request.service, connection: { ...connection, password: value } },
        }),
      explain: (cause) => {
        // The config's password was refused, and not what the user typed, or a security key.
        const isStored = cause.recheck === 'never' && cause.action?.kind === 'open-config';
        if (cause.code !== 'auth-failed' || !isStored) return cause;
        secrets.refuse(password);
        return refused(connection.host, password, cause);
      },
    });
  },
});

function refused(host: string, password: string, { evidence }: Cause): Cause {
  const reference = parseSecretReference(password);
  const command = reference?.kind === 'keychain' ? setCommand(reference.name) : undefined;
  return describeCause('auth-failed', { host, command, usedPassword: true, evidence: evidence ?? undefined });
}

interface SecretTunnelParts {
  readonly password: Promise<Result<string, Cause>>;
  readonly open: (password: string) => Tunnel;
  readonly explain: (cause: Cause) => Cause;
}

class SecretTunnel implements Tunnel {
  readonly id: string;
  readonly ready: Promise<Result<Endpoint, Cause>>;
  readonly ended: Promise<CarrierEnd>;
  readonly #parts: SecretTunnelParts;
  readonly #life = new CarrierLife();
  #inner: Tunnel | null = null;
  #isStopped = false;
  /** One for `ready` and `ended`. */
  #explained: { readonly from: Cause; readonly to: Cause } | null = null;

  constructor(id: string, parts: SecretTunnelParts) {
    this.id = id;
    this.#parts = parts;
    this.ready = this.#life.ready;
    this.ended = this.#life.ended;
    void parts.password.then((password) => {
      if (this.#isStopped) return;
      if (password.ok) this.#follow(parts.open(password.value));
      else this.#life.end({ ...noChild, cause: password.error });
    });
  }

  get pid(): number | null {
    return this.#inner?.pid ?? null;
  }

  onComplaint(listener: (cause: Cause) => void): void {
    this.#life.onComplaint(listener);
  }

  get usualStartMs(): number | null {
    return this.#inner?.usualStartMs ?? null;
  }

  condemn(): void {
    this.#inner?.condemn?.();
  }

  proveTransport(deadlineMs: number): Promise<TransportProof> {
    return this.#inner?.proveTransport(deadlineMs) ?? Promise.resolve({ kind: 'unprovable' });
  }

  stop(options: { readonly force?: boolean } = {}): Promise<CarrierEnd> {
    this.#isStopped = true;
    if (this.#inner === null) this.#life.end({ ...noChild, cause: null });
    else void this.#inner.stop(options);
    return this.ended;
  }

  #follow(inner: Tunnel): void {
    this.#inner = inner;
    inner.onComplaint((cause) => {
      this.#life.complain(cause);
    });
    void inner.ready.then((result) => {
      this.#life.settleReady(result.ok ? result : err(this.#explain(result.error)));
    });
    void inner.ended.then((end) => {
      this.#life.end({ ...end, cause: end.cause === null ? null : this.#explain(end.cause) });
    });
  }

  #explain(cause: Cause): Cause {
    if (this.#explained?.from !== cause) this.#explained = { from: cause, to: this.#parts.explain(cause) };
    return this.#explained.to;
  }
}
