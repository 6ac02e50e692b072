/**
 * The YAML as users write it, snake_case keys and all: every key of LocalPort 0.3.7 and the new ones. Unknown keys are
 * dropped; the loader compares with these shapes and warns about them. No defaults are applied here: a service's
 * health_check and restart_policy may be partial and are merged over `defaults` first.
 */
import * as z from 'zod';
import {
  bindAddress,
  hostName,
  jumpHost,
  labelSelector,
  namespaceName,
  remoteSocket,
  resourceName,
  resourceType,
  sshDestination,
  userName,
} from './config-addresses.ts';
import {
  choice,
  count,
  duration,
  emptyAsAbsent,
  factor,
  flag,
  mapping,
  nonEmptyLine,
  oneOrMany,
  port,
  portOrAuto,
  portOrName,
  refuseUnseen,
  shownLine,
  shownText,
  text,
} from './config-scalars.ts';
import { secretReferenceFault } from './secret-reference.ts';
import { sslModes } from './service-spec.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

export const maxServices = 1000;
/** The IPC contract accepts names and tags up to this length. */
const maxNameLength = 200;

const technologies = ['kubectl', 'ssh', 'tcp', 'command'] as const;

// prettier-ignore
const checkTypes = [
  'auto', 'tcp', 'http', 'https', 'tls', 'postgres', 'postgresql', 'mysql', 'mariadb', 'redis', 'kafka', 'ssh', 'grpc', 'exec', 'none',
] as const;

/** One word of a command line. A zero byte would end it (execve(2)). */
const word = text().refine((value) => !value.includes('\0'), { message: 'contains a zero byte' });

/** The program's name is shown on the service's row and in errors; an argument may be a script of several lines. */
const program = ([file = '']: readonly string[], context: z.core.$RefinementCtx): void =>
  refuseUnseen(file, context);

/** `exec` runs this as is: a list, so that no shell interprets it. */
const checkCommand = z
  .array(word)
  .min(1)
  .max(200)
  .refine(([file]) => file !== '', { message: 'begins with "", expected a program' })
  .superRefine(program);

/** The password itself, or a reference to it: `keychain:NAME`, `op://vault/item/field`. */
const password = text().superRefine((value, context) => {
  const message = secretReferenceFault(value);
  if (message !== null) context.addIssue({ code: 'custom', message });
});

const probeConfigSchema = mapping({
  // http, https
  url: text().optional(),
  method: nonEmptyLine(20).optional(),
  expected_status: oneOrMany(count(100, 599)).optional(),
  expected_status_codes: oneOrMany(count(100, 599)).optional(),
  expected_content: text().optional(),
  headers: z.record(z.string(), text()).optional(),
  verify_ssl: flag.optional(),
  // https, tls, postgres, mysql, redis, kafka, grpc
  ca_file: shownLine().optional(),
  // postgres, mysql, redis
  user: text().optional(),
  password: password.optional(),
  // postgres, mysql
  database: text().optional(),
  // postgres
  sslmode: emptyAsAbsent(choice(sslModes)).optional(),
  sslrootcert: shownLine().optional(),
  // mysql, redis, kafka, grpc
  tls: flag.optional(),
  // tls, mysql, redis, kafka, grpc
  servername: text(253).optional(),
  // tls
  expires_within: duration(0, 3650 * dayMs).optional(),
  // grpc
  service: text(500).optional(),
  // exec
  argv: checkCommand.optional(),
  // kafka
  bootstrap_servers: oneOrMany(text()).optional(),
  // 0.3.7 connected to these directly. A probe now goes through the tunnel, and only the host counts, as a name.
  host: text().optional(),
  port: port.optional(),
  timeout: duration(100, 300 * secondMs).optional(),
});

const healthCheckSchema = mapping({
  /** From 0.3.7: `false` means `type: none`. */
  enabled: flag.optional(),
  type: choice(checkTypes).optional(),
  interval: duration(100, hourMs).optional(),
  timeout: duration(100, 300 * secondMs).optional(),
  failure_threshold: count(1, 100).optional(),
  success_threshold: count(1, 100).optional(),
  cluster_aware: flag.optional(),
  config: probeConfigSchema.optional(),
});

const restartPolicySchema = mapping({
  enabled: flag.optional(),
  max_attempts: count(1, 100).optional(),
  initial_delay: duration(50, hourMs).optional(),
  max_delay: duration(50, dayMs).optional(),
  backoff_multiplier: factor(1, 10).optional(),
});

/** `true`, or a mapping in which `enabled` may be omitted: `{enabled: true}`. */
const commandSwitch = z.union([
  flag,
  mapping({ enabled: flag.default(true) }).transform((value) => value.enabled),
]);

const clusterHealthSchema = mapping({
  enabled: flag.optional(),
  interval: duration(secondMs, hourMs).optional(),
  timeout: duration(100, 300 * secondMs).optional(),
  retry_attempts: count(0, 10).optional(),
  failure_threshold: count(1, 100).optional(),
  commands: mapping({
    cluster_info: commandSwitch.optional(),
    pod_status: commandSwitch.optional(),
    node_status: commandSwitch.optional(),
    events_on_failure: commandSwitch.optional(),
  }).optional(),
});

/** A service without its connection, whose keys depend on the technology. */
const serviceShape = {
  name: nonEmptyLine(maxNameLength).pipe(z.string().regex(/^\P{Cc}*$/u)),
  technology: choice(technologies),
  /** Required without `local_socket`. */
  local_port: portOrAuto.optional(),
  local_socket: nonEmptyLine(500).optional(),
  bind: emptyAsAbsent(bindAddress).optional(),
  /** Required by every technology except `command`, unless `dynamic` or `remote_socket` is set. Only kubectl accepts a name. */
  remote_port: portOrName.optional(),
  remote_socket: remoteSocket.optional(),
  remote: flag.optional(),
  local_host: hostName.optional(),
  dynamic: flag.optional(),
  connection: z.record(z.string(), z.unknown()),
  enabled: flag.optional(),
  tags: z.array(nonEmptyLine(maxNameLength)).optional(),
  guard: choice(['confirm']).optional(),
  auto_off: duration(secondMs, 7 * dayMs).optional(),
  on_demand: z.union([flag, duration(secondMs, dayMs)]).optional(),
  description: shownText().optional(),
  allowed_hosts: oneOrMany(nonEmptyLine(253)).optional(),
  hold: duration(0, 10 * minuteMs).optional(),
  start_timeout: duration(100, hourMs).optional(),
  share: flag.optional(),
  health_check: healthCheckSchema.optional(),
  restart_policy: restartPolicySchema.optional(),
};
export const serviceSchema = mapping(serviceShape);
/** A service without a `local_socket`. */
export const portServiceSchema = mapping({ ...serviceShape, local_port: portOrAuto });

const commandLine = z
  .array(word)
  .min(1)
  .max(200)
  .superRefine((argv, context) => {
    program(argv, context);
    if (argv[0] === '') context.addIssue({ code: 'custom', message: 'begins with "", expected a program' });
    if (!argv.slice(1).some((part) => /\{(local_port|socket)\}/.test(part))) {
      context.addIssue({
        code: 'custom',
        message: 'names neither {local_port} nor {socket}, so the command cannot know where to listen',
      });
    }
  });

export const connectionSchemas = {
  kubectl: mapping({
    /** Either this or `selector` is required. */
    resource_name: resourceName.optional(),
    namespace: namespaceName.optional(),
    resource_type: resourceType.optional(),
    selector: labelSelector.optional(),
    context: shownLine(500).optional(),
    kubeconfig: shownLine().optional(),
    /** `kubectl`: a child process for this forward alone instead of streams in its context's session. */
    engine: choice(['kubectl']).optional(),
  }),
  ssh: mapping({
    host: sshDestination,
    user: emptyAsAbsent(userName).optional(),
    port: port.optional(),
    key_file: shownLine().optional(),
    password: password.optional(),
    remote_host: hostName.optional(),
    remote_socket: remoteSocket.optional(),
    jump: oneOrMany(jumpHost).optional(),
    strict_host_key_checking: choice(['accept-new', 'yes']).optional(),
    dynamic: flag.optional(),
    remote: flag.optional(),
    control_path: choice(['user']).optional(),
  }),
  tcp: mapping({ host: hostName }),
  command: mapping({ argv: commandLine }),
} as const satisfies Record<(typeof technologies)[number], z.ZodType>;

/** The file without its services, which are checked one by one. */
export const fileSchema = mapping({
  version: text().optional(),
  services: z.array(z.unknown()).max(maxServices),
  defaults: mapping({
    health_check: healthCheckSchema.optional(),
    restart_policy: restartPolicySchema.optional(),
    cluster_health: clusterHealthSchema.optional(),
  }).optional(),
  cluster_contexts: z
    .record(z.string(), mapping({ cluster_health: clusterHealthSchema.optional() }))
    .optional(),
});

export type RawFile = z.infer<typeof fileSchema>;
export type RawService = z.infer<typeof serviceSchema>;
export type RawHealthCheck = z.infer<typeof healthCheckSchema>;
export type RawProbeConfig = z.infer<typeof probeConfigSchema>;
export type RawRestartPolicy = z.infer<typeof restartPolicySchema>;
export type RawClusterHealth = z.infer<typeof clusterHealthSchema>;
export type RawConnection = {
  [T in keyof typeof connectionSchemas]: {
    readonly technology: T;
    readonly connection: z.infer<(typeof connectionSchemas)[T]>;
  };
}[keyof typeof connectionSchemas];
