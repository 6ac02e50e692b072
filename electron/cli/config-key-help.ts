/** The meaning of each key of the config, in a sentence: editors show it from the JSON Schema. */

/** The meaning of a key, or of a mapping with its own keys. */
export type KeyHelp = string | { readonly about: string; readonly keys: KeyHelps };
export type KeyHelps = Readonly<Record<string, KeyHelp>>;

const healthCheck: KeyHelps = {
  type: 'What is checked through the tunnel; default auto, which relies on the connections of your clients; none sends nothing to the target',
  enabled: 'From 0.3.7; false means type: none',
  interval: 'Time between checks; seconds, or 500ms, 2m; default 30 s',
  timeout: 'How long an answer may take; default 5 s',
  failure_threshold: 'Failed checks in a row that make the service unhealthy; default 3',
  success_threshold: 'Passed checks in a row that make it healthy again; default 1',
  cluster_aware: 'kubectl: no new tunnel while the cluster is unhealthy; default false',
  config: {
    about: 'Settings for this type of check',
    keys: {
      url: 'http, https: what is requested; default / on the local port',
      method: 'http, https: default GET',
      expected_status: 'http, https: one status or a list; default 200, 201, 202, 204',
      expected_status_codes: 'From 0.3.7; another name for expected_status',
      expected_content: 'http, https: text that the answer must contain',
      headers: 'http, https: sent with the request',
      verify_ssl: 'Whether the certificate must be trusted; default true',
      ca_file: 'TLS: trusts the authorities in this PEM file instead of the usual ones',
      user: 'postgres, mysql, redis: logs in as this user; postgres and mysql then also run SELECT 1',
      password:
        'postgres, mysql, redis: keychain:NAME, op://vault/item/field or ${NAME} instead of the password itself',
      database: 'postgres: default the name of the user; mysql: default none',
      sslmode: 'postgres: as in libpq; default prefer',
      sslrootcert: 'postgres: the libpq name for ca_file',
      tls: 'mysql, redis, kafka, grpc: whether the server speaks TLS; default false',
      servername: 'tls, mysql, redis, kafka, grpc: the name that the certificate must have',
      expires_within: 'tls: unhealthy when the certificate lasts no longer, as in 14d; default 7d',
      service: 'grpc: the service whose health is checked; default the whole server',
      argv: 'exec: a program and its arguments; {local_port} is replaced',
      bootstrap_servers: 'From 0.3.7; not needed: the check goes through the tunnel',
      host: 'postgres: the name that the certificate must have, with sslmode verify-full',
      port: 'From 0.3.7; not needed: the check goes through the tunnel',
      timeout: 'From 0.3.7; not used: the timeout beside config counts',
    },
  },
};

const restartPolicy: KeyHelps = {
  enabled: 'Whether a dead tunnel is replaced at all; default true',
  max_attempts: 'Failures in a row after which retries slow down to one a minute; default 5',
  initial_delay: 'Before the second retry (the first is immediate); default 1 s',
  max_delay: 'The longest delay; default 5 min',
  backoff_multiplier: 'How much each delay grows; default 2',
};

const clusterHealth: KeyHelps = {
  enabled: 'Whether clusters are checked at all; default true',
  interval: 'Time between checks for services that are cluster_aware; default 240 s',
  timeout: 'Of each question; default 30 s',
  retry_attempts: 'How often a failed check is repeated; default 2',
  failure_threshold: 'Failed checks in a row that make a cluster unhealthy; default 3',
  commands: {
    about: 'What is checked',
    keys: {
      cluster_info: 'Whether the API server reports that it is ready; default true',
      node_status: 'Whether a node is ready, if there are any; default true',
      pod_status: 'Whether pods of the namespaces can be read; default true',
      events_on_failure: 'Logs the latest warnings, which do not affect the result; default true',
    },
  },
};

export const fileKeyHelps: KeyHelps = {
  version: 'Of this format: "1.0"',
  services: 'One entry for each port that is forwarded',
  defaults: {
    about: 'For all services; what a service sets itself overrides it',
    keys: {
      health_check: { about: 'How services are checked', keys: healthCheck },
      restart_policy: { about: 'When a dead tunnel is replaced', keys: restartPolicy },
      cluster_health: { about: 'How clusters are checked', keys: clusterHealth },
    },
  },
  cluster_contexts: 'Settings for one kube context, by its name',
};

export const serviceKeyHelps: KeyHelps = {
  name: 'Unique',
  technology: 'What carries the connection',
  local_port:
    'On 127.0.0.1 and ::1, or where bind says; unique among services that are enabled; auto: one that LocalPort chooses and remembers',
  local_socket:
    'A Unix socket of mode 0600, beside local_port or instead of it; in a folder that nobody else can write',
  bind: 'An IP address of this machine, 0.0.0.0 or "::" for all; default 127.0.0.1 and ::1',
  remote_port:
    'At the remote end; for kubectl also the name of a port; not for command, nor with dynamic or remote_socket',
  remote_socket:
    'ssh: an absolute path on the server, instead of remote_port: the remote end is this Unix socket',
  remote:
    'ssh: true reverses the forward: remote_port is opened on the server and leads to local_port, where your own program listens',
  local_host: 'With remote: true, where local_port is; default localhost',
  dynamic:
    'ssh: true makes local_port a SOCKS proxy (as ssh -D does): each client names its target, which the ssh server resolves',
  connection: 'How to get there; its keys depend on the technology',
  enabled: 'false: off until it is started by hand; default true',
  tags: 'For `localport start --tag`; the first one is the group in the popover',
  guard:
    'confirm: turning it on asks first, and --all and --tag leave it out; default: so with the tag production',
  on_demand:
    'true: connects for the first client, and disconnects after 10 minutes without one; or that time, as in 1h; default false: stays connected',
  auto_off: 'How long it stays on after you turn it on, as in 2h; default: until you turn it off',
  description: 'For people',
  allowed_hosts: 'Plain HTTP only: the host names that clients may use; others get 403; default any',
  hold: 'How long a new client waits for a tunnel; default 10 s',
  start_timeout: 'kubectl, ssh, command: how long a tunnel may take to become ready; default 30 s',
  share:
    'ssh: false gives this service a login of its own; by default services with the same login share one',
  health_check: { about: 'How it is checked; merged over defaults', keys: healthCheck },
  restart_policy: { about: 'When a dead tunnel is replaced; merged over defaults', keys: restartPolicy },
};

export const connectionKeyHelps = {
  kubectl: {
    resource_name: 'Of the service, pod, deployment and so on; or selector instead',
    namespace: "Default: the context's own, as for kubectl",
    resource_type:
      'service, pod, deployment, statefulset, daemonset, replicaset or job, or a short name of kubectl; default service',
    selector: 'Labels, as in app=web,tier=db, instead of resource_name: forwards to a pod that has them',
    context: 'Of the kubeconfig; default the one that is current when the service is turned on',
    kubeconfig: 'A file; default KUBECONFIG, else ~/.kube/config',
    engine:
      'kubectl: a kubectl port-forward of its own; default: a stream in the connection that the context shares',
  },
  ssh: {
    host: 'The ssh server, or a Host of ssh_config',
    user: 'Default: what ssh_config says',
    port: 'Of the ssh server; default 22, or what ssh_config says',
    key_file: 'A private key; default: what ssh_config and the agent offer',
    password:
      'Only for the host itself, never a jump host: keychain:NAME, op://vault/item/field or ${NAME} instead of the password itself',
    remote_host:
      'Where remote_port is, as the server sees it; default localhost. With remote: true, the address at which the server listens, where its GatewayPorts allows it',
    remote_socket: 'The same as remote_socket of the service',
    jump: 'Jump hosts, one or a list, each as user@host:port',
    strict_host_key_checking: 'yes: known hosts only; default accept-new',
    dynamic: 'As dynamic of the service',
    remote: 'As remote of the service',
    control_path:
      'user: uses your own running ControlMaster, at the ControlPath of your ssh_config, instead of logging in',
  },
  tcp: { host: 'Where remote_port is' },
  command: { argv: 'A program and its arguments, one of them with {socket} or {local_port}; no shell' },
} as const satisfies Record<string, KeyHelps>;
