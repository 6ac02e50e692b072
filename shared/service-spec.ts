import type { BindAddress } from './bind-address.ts';
import type { Cause } from './failure.ts';
import type { KubeTarget } from './kube-target.ts';

/** How to reach the remote end: one shape for each technology. Ports are 1–65535. */
export type Connection =
  | {
      readonly technology: 'kubectl';
      readonly target: KubeTarget;
      /** null: the context's own, as kubectl has it. */
      readonly namespace: string | null;
      /** null: the kubeconfig's current context. */
      readonly context: string | null;
      /** Absolute path; null: KUBECONFIG, else ~/.kube/config. */
      readonly kubeconfig: string | null;
      /** A number, or the name of a port of the service or of a container. */
      readonly remotePort: number | string;
      /** A `kubectl port-forward` for this forward alone; absent: streams in the session that all forwards of the context share. */
      readonly engine?: 'kubectl';
    }
  | {
      readonly technology: 'ssh';
      readonly host: string;
      /** null: what ssh_config or the login name says. */
      readonly user: string | null;
      /** null: what ssh_config says, else 22. */
      readonly port: number | null;
      /** Absolute path, `~` already expanded. */
      readonly keyFile: string | null;
      readonly password: string | null;
      /** Resolved by the far end: `localhost` is the ssh server itself. */
      readonly remoteHost: string;
      /** 0 with a `remoteSocket`. */
      readonly remotePort: number;
      /** The far end is a Unix socket: its absolute path on the server. */
      readonly remoteSocket?: string;
      /**
       * Of a reverse forward (`remote: true`): the server listens at the far end, and what connects there is led to this place,
       * which a program of the user's has open on this machine.
       */
      readonly localTarget?: LocalTarget;
      /** Jump hosts in order, each `[user@]host[:port]`. */
      readonly jump: readonly string[];
      /** `accept-new` (default) trusts a host on first sight, `yes` never. */
      readonly strictHostKeyChecking: 'accept-new' | 'yes';
      /** The local port speaks SOCKS: each client names its target, which the far end resolves. `remotePort` is 0 then. */
      readonly isDynamic?: true;
      /** Nothing logs in: the user's own ControlMaster carries it, at the ControlPath that ssh_config names. */
      readonly usesOwnMaster?: true;
    }
  | { readonly technology: 'tcp'; readonly host: string; readonly remotePort: number }
  | {
      readonly technology: 'command';
      /** The program and its arguments; `{local_port}` and `{socket}` are replaced by the tunnel's private endpoint. */
      readonly argv: readonly [string, ...string[]];
      readonly remotePort: number | null;
    };

/** A host as ssh means it: this machine resolves and connects. */
export type LocalTarget = { readonly host: string; readonly port: number } | { readonly path: string };

export type Technology = Connection['technology'];

/** How a service's health is judged. */
export type ProbeSpec =
  /** Nothing is asked of the target, and clients' connections do not count: the forward is ready once its tunnel is proven. */
  | { readonly type: 'none' }
  /**
   * Clients' own connections prove and disprove the target. `hello`: asked once after a start and after a failure; null:
   * the target's protocol is not known, and it is never dialed.
   */
  | { readonly type: 'auto'; readonly hello: TargetProbe | null }
  | TargetProbe;

/** What a check asks the target, through the tunnel. */
export type TargetProbe =
  | { readonly type: 'tcp' }
  | ({
      readonly type: 'http' | 'https';
      /** Only its path, query and host header matter: the connection goes through the tunnel. null: `/`. */
      readonly url: string | null;
      readonly method: string;
      readonly expectedStatus: readonly number[];
      readonly expectedContent: string | null;
      readonly headers: Readonly<Record<string, string>>;
    } & ProbeTrust)
  | {
      readonly type: 'postgres';
      /** null: named like the user. */
      readonly database: string | null;
      /** null: the check does not log in. */
      readonly user: string | null;
      readonly password: string | null;
      readonly sslmode: SslMode;
      /** As in `ProbeTrust`. With it the certificate is verified whatever `sslmode` says, where there is TLS. */
      readonly caFile: string | null;
      /** The name that `verify-full` expects in the certificate. */
      readonly host: string;
    }
  | ({
      readonly type: 'mysql';
      /** null: the check logs in as nobody, to be refused. */
      readonly user: string | null;
      readonly password: string | null;
      /** null: none. */
      readonly database: string | null;
    } & ProbeEncryption)
  | ({ readonly type: 'kafka'; readonly bootstrapServers: string | null } & ProbeEncryption)
  | ({
      readonly type: 'redis';
      readonly user: string | null;
      readonly password: string | null;
    } & ProbeEncryption)
  /** The banner. */
  | { readonly type: 'ssh' }
  | ({
      readonly type: 'tls';
      readonly servername: string;
      /** null: 7 days, of a certificate that lives less than 28 days a quarter of its life. */
      readonly expiresWithinMs: number | null;
    } & ProbeTrust)
  | ({
      readonly type: 'grpc';
      /** Empty: the server as a whole. */
      readonly service: string;
    } & ProbeEncryption)
  | {
      readonly type: 'exec';
      /** The program and its arguments; `{local_port}` stands for the service's local port. */
      readonly argv: readonly [string, ...string[]];
    };

/** As libpq means them (PostgreSQL manual, "SSL Support"). */
export const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

/** Whose certificates count. */
interface ProbeTrust {
  readonly verifySsl: boolean;
  /** An absolute path: PEM with the authorities to trust instead of the usual ones. null: the usual ones. */
  readonly caFile: string | null;
}

interface ProbeEncryption extends ProbeTrust {
  readonly tls: boolean;
  /** The name that is told to the server and expected in its certificate. */
  readonly servername: string;
}

export interface HealthCheckSpec {
  readonly probe: ProbeSpec;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Consecutive failures that make a service unhealthy. */
  readonly failureThreshold: number;
  /** Consecutive passes that make it healthy again. */
  readonly successThreshold: number;
  readonly clusterAware: boolean;
}

export interface RestartPolicySpec {
  readonly enabled: boolean;
  readonly maxAttempts: number;
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  readonly backoffMultiplier: number;
}

/** One entry of the config, complete: defaults merged, variables substituted, durations in ms. */
export interface ServiceSpec {
  readonly name: string;
  /** 0: not known, not chosen yet, none beside the local socket, or none at all of a reverse forward. */
  readonly localPort: number;
  /** The host chooses the port and remembers it. */
  readonly isPortAuto: boolean;
  readonly bind: BindAddress;
  /** The absolute path of a Unix socket that is open beside the port, or instead of it where `localPort` is 0. */
  readonly localSocket?: string;
  /** The names by which HTTP clients may call the service; absent: nothing of what they send is looked at. */
  readonly allowedHosts?: readonly string[];
  readonly enabled: boolean;
  readonly tags: readonly string[];
  /** Turning it on asks first; absent: only with the tag `production`. */
  readonly guard?: 'confirm';
  /** How long it stays on once the user has turned it on, in ms; absent: as long as they like. */
  readonly autoOffMs?: number;
  readonly description: string | null;
  /** How long an arriving connection waits for a tunnel, in ms. */
  readonly holdTimeoutMs: number;
  /** How long a tunnel may take from its start to its readiness, in ms. Means nothing to tcp, which only connects. */
  readonly startTimeoutMs: number;
  /** It has a login of its own, though others log in with the same things. Means something to ssh only. */
  readonly isAlone?: true;
  readonly connection: Connection;
  readonly healthCheck: HealthCheckSpec;
  readonly restartPolicy: RestartPolicySpec;
  /** Set when this service alone cannot run: a missing key file, an unset variable. The others are not touched. */
  readonly problem: Cause | null;
}
