/**
 * Recognizes expired logins in the messages of cloud providers, and the command that signs in again if it can be
 * determined.
 */
import { secretsOf } from '../secrets/secret-values.ts';
import { isMarkedError, isNoise, toEvidence } from './evidence.ts';
import type { CauseDetails } from '../../../shared/failure.ts';
import { type FailureContext, type FailureRule, type Finding, proves } from './failure-rules.ts';
import { networkFailures } from './network-failures.ts';

/** Of programs that sign in to a cloud, as a command or as a ProxyCommand of ssh. */
export const signInFailures: readonly FailureRule[] = [
  signedOut(
    /token (?:has |is )?expired|expired ?token|session .*(?:has expired|is otherwise invalid)|refresh[- ]token/i,
  ),
  proves('binary-missing', /^SessionManagerPlugin is not found/i, { what: 'session-manager-plugin' }),
  signedOut(/error loading sso token|unable to locate credentials|aws sso login/i),
  signedOut(/could not find default credentials|invalid authentication credentials|^error: not logged in/i),
  signedOut(/(?:profile|credentials) (?:has |have |is |are )?expired|session token not found or invalid/i),
  signedOut(/gcloud auth login|reauthentication|refreshing your current auth tokens|invalid_grant/i),
  signedOut(/az login|AADSTS\d+|interaction_required/i),
  signedOut(/tsh (?:kube )?login/i),
];

export const credentialFailures: readonly FailureRule[] = [
  proves('plugin-missing', /exec(?:utable)?:? "?([\w./-]+)"?:? (?:executable file )?not found/i, (match) => ({
    what: match[1],
  })),
  proves('plugin-missing', /fork\/exec (\S+?): no such file or directory/i, (match) => ({ what: match[1] })),
  // Built into kubectl once, separate programs since 1.26.
  proves('plugin-missing', /the gcp auth plugin has been removed|no Auth Provider found for name "?gcp/i, {
    what: 'gke-gcloud-auth-plugin',
  }),
  proves(
    'plugin-missing',
    /the azure auth plugin has been removed|no Auth Provider found for name "?azure/i,
    {
      what: 'kubelogin',
    },
  ),
  // kubectl asks for a user name if the kubeconfig has no credentials, and no one can answer.
  signedOut(/^error: EOF$|^please enter (?:username|password)/i),
  {
    pattern: /getting credentials: exec: executable (\S+) failed with exit code/i,
    finding: pluginFinding,
  },
  signedOut(/getting credentials: |exec plugin/i),
  ...signInFailures,
  {
    pattern: /must be logged in to the server|\bunauthorized\b|provide credentials/i,
    finding: refusedFinding,
  },
];

function signedOut(pattern: RegExp): FailureRule {
  return {
    pattern,
    finding: ({ input }, context) => {
      const { code, details } = signedOutFinding(context);
      // gcloud's advice follows its error.
      const error = context.lines.findLast((line) => isMarkedError(line) && !isNoise(line));
      const isAdvice = error !== undefined && !isMarkedError(input);
      const evidence = isAdvice ? toEvidence(error, secretsOf(context.service)) : undefined;
      return { code, details: { ...details, evidence } };
    },
  };
}

/**
 * From the plugin's own message. If it could not reach the sign-in service, the login has not expired; that failure is
 * temporary.
 */
function pluginFinding(_match: RegExpExecArray, context: FailureContext): Finding {
  const { lines, service } = context;
  const message = pluginMessage(lines);
  const evidence = message === undefined ? undefined : toEvidence(message, secretsOf(service));
  if (message !== undefined && wrongClock.test(message))
    return {
      code: 'unauthorized',
      details: { ...whereIn(context), evidence, fix: "Set this computer's clock" },
    };
  const away = message === undefined ? null : issuerAway(context);
  const { code, details } = away ?? signedOutFinding(context);
  return { code, details: { ...details, evidence } };
}

/** The cloud's message when the time of a request is off. */
const wrongClock = /signature (?:expired|not yet current)|RequestTimeTooSkewed|clock skew/i;

/** botocore's message; others are covered by the network rules. */
const endpointAway = /(?:could not connect to the|connect timeout on) endpoint URL: "?\w+:\/\/([^/"\s]+)/i;
const awayCodes: ReadonlySet<string> = new Set(['name-not-found', 'host-unreachable', 'connection-refused']);

function issuerAway(context: FailureContext): Finding | null {
  for (const line of context.lines.toReversed()) {
    if (isAboutPlugin(line)) continue;
    const host = endpointAway.exec(line)?.[1];
    if (host !== undefined) return { code: 'host-unreachable', details: { host } };
    for (const { pattern, finding } of networkFailures) {
      const match = pattern.exec(line);
      const found = match === null ? null : finding(match, context);
      if (found !== null && awayCodes.has(found.code)) return found;
    }
  }
  return null;
}

function signedOutFinding(context: FailureContext): Finding {
  const details = { ...whereIn(context), command: signInCommand(context.lines, argvIn(context)) };
  return { code: 'credentials-expired', details };
}

/** Of a command, or of the ProxyCommand that ssh has run. */
function argvIn({ service: { connection }, lines }: FailureContext): readonly string[] {
  if (connection.technology === 'command') return connection.argv;
  const words = proxyCommandIn(lines)?.split(/[\s"']+/) ?? [];
  const at = words.findIndex((word) => cloudPrograms.has(programOf([word]) ?? ''));
  return at < 0 ? [] : words.slice(at);
}

const cloudPrograms: ReadonlySet<string> = new Set(['aws', 'gcloud', 'az', 'tsh']);

/** From ssh's debug line; `exec` is ssh's own. undefined: ssh connected directly, or through its own `-W`. */
export const proxyCommandIn = (lines: readonly string[]): string | undefined =>
  lines
    .map((line) => /^debug1: Executing proxy command: exec (.+)$/.exec(line)?.[1])
    .findLast((command) => command !== undefined && !/^ssh .*-W /.test(command));

/**
 * The API server's own 401. If no plugin requires a sign-in, it may be temporary, and a retry opens no sign-in page.
 */
function refusedFinding(_match: RegExpExecArray, context: FailureContext): Finding {
  return signInCommand(context.lines) === undefined
    ? { code: 'unauthorized', details: whereIn(context) }
    : signedOutFinding(context);
}

/** A context, or the program of a command or ProxyCommand. */
function whereIn(context: FailureContext): CauseDetails {
  const { connection } = context.service;
  return connection.technology === 'kubectl'
    ? { context: connection.context ?? undefined }
    : { host: programOf(argvIn(context)) };
}

const programOf = ([file]: readonly string[]): string | undefined => file?.split('/').at(-1);

/** kubectl's own message about its plugin. */
export const isAboutPlugin = (line: string): boolean =>
  /getting credentials: |^error: exec plugin/i.test(line);

/** The plugin's last message, which explains why it failed: an error rather than the advice after it. */
export function pluginMessage(lines: readonly string[]): string | undefined {
  const own = lines.filter((line) => !isNoise(line) && !isAboutPlugin(line));
  return own.findLast(isMarkedError) ?? own.at(-1);
}

/**
 * The command that the plugin recommends, otherwise the usual one for its program, or for that of a command service. Never
 * contains unknown text.
 */
export function signInCommand(lines: readonly string[], argv: readonly string[] = []): string | undefined {
  const text = [...lines, argv.join(' ')].join('\n');
  const recommended =
    /\b(?:aws sso login(?: --profile[ =][\w.@-]+)?|gcloud auth (?:application-default )?login|az login(?: --tenant[ =][\w.-]+)?|tsh (?:kube )?login(?: [\w.@:=-]+)*)/.exec(
      text,
    );
  if (recommended !== null) return withProfile(recommended[0], text);
  const plugin = /executable (?:\S*\/)?([\w-]+) failed/i.exec(text)?.[1] ?? programOf(argv);
  if (/could not find default credentials/i.test(text)) return 'gcloud auth application-default login';
  if (plugin === 'aws' || /\bsso token\b|\bsso session\b/i.test(text))
    return withProfile('aws sso login', text);
  if (plugin === 'gke-gcloud-auth-plugin' || plugin === 'gcloud') return 'gcloud auth login';
  if (plugin === 'kubelogin' || plugin === 'az' || /\bAADSTS\d+/.test(text)) return 'az login';
  if (plugin === 'tsh') return 'tsh login';
  if (plugin === 'cloud-sql-proxy' || plugin === 'alloydb-auth-proxy')
    return argv.some((word) => /^(?:-g|--gcloud-auth)$/.test(word))
      ? 'gcloud auth login'
      : 'gcloud auth application-default login';
  return undefined;
}

function withProfile(command: string, text: string): string {
  if (command !== 'aws sso login') return command;
  const profile = /--profile[ =]([\w.@-]+)|\bprofile:? "?([\w.@-]+)"?/i.exec(text);
  const name = profile?.[1] ?? profile?.[2];
  return name === undefined || /^(?:is|has|and|or|to)$/.test(name) ? command : `${command} --profile ${name}`;
}
