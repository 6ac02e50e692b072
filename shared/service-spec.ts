import type { BindAddress } from './bind-address.ts';
import type { Cause } from './failure.ts';
import type { KubeTarget } from './kube-target.ts';

/** How to reach the remote end: one variant for each technology. Ports are 1–65535. */
export type Connection =
  | {
      readonly technology: 'kubectl';
      readonly target: KubeTarget;
      /** null: the context's own, as in kubectl. */
      readonly namespace: string | null;
      /** null: the kubeconfig's current context. */
      readonly context: string | null;
      /** Absolute path; null: KUBECONFIG, else ~/.kube/config. */
      readonly kubeconfig: string | null;
      /** A number, or the name of a port in the service or in a container. */
      readonly remotePort: number | string;
      /** A `kubectl port-forward` for this forward alone; absent: streams in the session shared by all forwards of the context. */
      readonly engine?: 'kubectl';
    }
  | {
      readonly technology: 'ssh';
      readonly host: string;
      /** null: the user in ssh_config, or else the login name. */
      readonly user: string | null;
      /** null: the port in ssh_config, or else 22. */
      readonly port: number | null;
      /** Absolute path, `~` already expanded. */
      readonly keyFile: string | null;
      readonly password: string | null;
      /** Resolved on the remote end: `localhost` is the ssh server itself. */
      readonly remoteHost: string;
      /** 0 with a `remoteSocket`. */
      readonly remotePort: number;
      /** If the remote end is a Unix socket: its absolute path on the server. */
      readonly remoteSocket?: string;
      /**
       * For a reverse forward (`remote: true`): the server listens on the remote end and forwards connections to this address or
       * socket, which one of the user's programs has open on this machine.
       */
      readonly localTarget?: LocalTarget;
      /** Jump hosts in order, each `[user@]host[:port]`. */
      readonly jump: readonly string[];
      /** `accept-new` (default) trusts a host on first use, `yes` never. */
      readonly strictHostKeyChecking: 'accept-new' | 'yes';
      /** The local port speaks SOCKS: each client names its target, which the remote end resolves. `remotePort` is then 0. */
      readonly isDynamic?: true;
      /** LocalPort does not log in itself but uses the user's own ControlMaster at the ControlPath in ssh_config. */
      readonly usesOwnMaster?: true;
    }
  | { readonly technology: 'tcp'; readonly host: string; readonly remotePort: number }
  | {
      readonly technology: 'command';
      /** The program and its arguments; `{local_port}` and `{socket}` are replaced by the tunnel's private endpoint. */
      readonly argv: readonly [string, ...string[]];
      readonly remotePort: number | null;
    };

/** The local target of a reverse forward; this machine resolves the host name and connects. */
export type LocalTarget = { readonly host: string; readonly port: number } | { readonly path: string };

export type Technology = Connection['technology'];

export type SshConnection = Extract<Connection, { readonly technology: 'ssh' }>;

/** How a service's health is determined. */
export type ProbeSpec =
  /** The target is not checked, and clients' connections do not count: the forward is ready once its tunnel is proven. */
  | { readonly type: 'none' }
  /**
   * Clients' own connections prove and disprove the target. `hello`: a check sent once after a start and after a failure; null:
   * the target's protocol is unknown, and LocalPort itself never connects to it.
   */
  | { readonly type: 'auto'; readonly hello: TargetProbe | null }
  | TargetProbe;

/** A check of the target through the tunnel. */
export type TargetProbe =
  | { readonly type: 'tcp' }
  | ({
      readonly type: 'http' | 'https';
      /** Only the path, query and host header matter: the connection goes through the tunnel. null: `/`. */
      readonly url: string | null;
      readonly method: string;
      readonly expectedStatus: readonly number[];
      readonly expectedContent: string | null;
      readonly headers: Readonly<Record<string, string>>;
    } & ProbeTrust)
  | {
      readonly type: 'postgres';
      /** null: same as the user name. */
      readonly database: string | null;
      /** null: the check does not log in. */
      readonly user: string | null;
      readonly password: string | null;
      readonly sslmode: SslMode;
      /** As in `ProbeTrust`. If set, a TLS certificate is always verified, whatever `sslmode` says. */
      readonly caFile: string | null;
      /** The name that `verify-full` expects in the certificate. */
      readonly host: string;
    }
  | ({
      readonly type: 'mysql';
      /** null: the check attempts a login without credentials and expects to be rejected. */
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
  /** Expected in the server's banner. */
  | { readonly type: 'ssh' }
  | ({
      readonly type: 'tls';
      readonly servername: string;
      /** null: 7 days, or the last 25 % of the lifetime of a certificate valid for less than 28 days. */
      readonly expiresWithinMs: number | null;
    } & ProbeTrust)
  | ({
      readonly type: 'grpc';
      /** Empty string: the server as a whole. */
      readonly service: string;
    } & ProbeEncryption)
  | {
      readonly type: 'exec';
      /** The program and its arguments; `{local_port}` stands for the service's local port. */
      readonly argv: readonly [string, ...string[]];
    };

/** With libpq's meanings (PostgreSQL manual, "SSL Support"). */
export const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

/** Which certificates are trusted. */
interface ProbeTrust {
  readonly verifySsl: boolean;
  /** Absolute path of a PEM file with the CAs to trust instead of the default ones. null: the default ones. */
  readonly caFile: string | null;
}

interface ProbeEncryption extends ProbeTrust {
  readonly tls: boolean;
  /** The name that is sent to the server (SNI) and expected in its certificate. */
  readonly servername: string;
}

export interface HealthCheckSpec {
  readonly probe: ProbeSpec;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Consecutive failures that make a service unhealthy. */
  readonly failureThreshold: number;
  /** Consecutive successes that make it healthy again. */
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
  /** 0: unknown, not chosen yet, none besides the local socket, or a reverse forward. */
  readonly localPort: number;
  /** The host chooses the port and remembers it. */
  readonly isPortAuto: boolean;
  readonly bind: BindAddress;
  /** The absolute path of a Unix socket that is open in addition to the port, or instead of it if `localPort` is 0. */
  readonly localSocket?: string;
  /** The host names that HTTP clients may use for the service; absent: requests are not inspected. */
  readonly allowedHosts?: readonly string[];
  readonly enabled: boolean;
  readonly tags: readonly string[];
  /** Turning it on requires confirmation; absent: only with the tag `production`. */
  readonly guard?: 'confirm';
  /** How long it stays on after the user turns it on, in ms; absent: no limit. */
  readonly autoOffMs?: number;
  /** On demand: connects for the first client, and disconnects after this time without one, in ms; absent: always connected. */
  readonly unusedMs?: number;
  readonly description: string | null;
  /** How long a new client connection waits for a tunnel, in ms. */
  readonly holdTimeoutMs: number;
  /** How long a tunnel may take from its start to readiness, in ms. Not used by tcp, which only connects. */
  readonly startTimeoutMs: number;
  /** It logs in separately even if other services use the same login. Only used by ssh. */
  readonly isAlone?: true;
  readonly connection: Connection;
  readonly healthCheck: HealthCheckSpec;
  readonly restartPolicy: RestartPolicySpec;
  /** Set when this service cannot run, because of a missing key file or an unset variable. Other services are not affected. */
  readonly problem: Cause | null;
}
