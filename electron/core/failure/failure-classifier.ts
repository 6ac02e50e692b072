/**
 * Determines the cause of a tunnel's end. Pure. Order of precedence: it could not be started; a signal ended it; its
 * output, last meaningful line first, with mere consequences last; its exit code.
 */
import { type Cause, type CauseDetails, describeCause } from '../../../shared/failure.ts';
import { targetName } from '../../../shared/kube-target.ts';
import { assertNever } from '../../../shared/result.ts';
import { describeRemoteEnd } from '../../../shared/route-text.ts';
import type { Connection, ServiceSpec } from '../../../shared/service-spec.ts';
import { secretsOf } from '../secrets/secret-values.ts';
import type { ChildExit } from '../process/child-process.ts';
import { credentialFailures, isAboutPlugin, signInFailures } from './credential-failures.ts';
import { isMarkedError, isNoise, mainLine, plainLine, toEvidence } from './evidence.ts';
import type { FailureContext, FailureRule, Finding } from './failure-rules.ts';
import { kubectlFailures } from './kubectl-failures.ts';
import { thisPrivacy, type MacPrivacy } from '../privacy/mac-privacy.ts';
import { networkFailures } from './network-failures.ts';
import { shellFailures } from './shell-failures.ts';
import { sshFailures } from './ssh-failures.ts';

export interface Failure extends FailureContext, Pick<ChildExit, 'exitCode' | 'signal' | 'startError'> {}

export function classifyFailure(failure: Failure): Cause {
  const { service, exitCode, signal, startError, lines } = failure;
  const secrets = secretsOf(service);
  if (startError !== null) return startFailure(service, startError);
  const main = mainLine(lines.filter((line) => !isNoise(line)));
  const evidence = main === undefined ? undefined : toEvidence(main, secrets);
  if (signal !== null) return describeCause('killed', { ending: signal });
  // ssh exits with 0 after TERM, kubectl after INT; neither does so on its own.
  if (exitCode === 0 && service.connection.technology !== 'command')
    return describeCause('killed', { ending: 'exit code 0' });
  const found = findCause(failure, rulesFor(service.connection));
  if (found !== null) return found;
  // A program that moves to the background reports success.
  const fix =
    exitCode === 0 ? 'Keep the command in the foreground: it must run as long as the tunnel' : undefined;
  return describeCause('exited', { ending: `exit code ${String(exitCode)}`, evidence, fix });
}

/** The target is on the remote end's network, so this computer's interfaces do not matter. */
const remoteNetwork: MacPrivacy = { ...thisPrivacy, interfaces: () => ({}) };

/** For a line that a client's connection caused: a cause about the target, `target-refused` by default. */
export function classifyComplaint(service: ServiceSpec, line: string): Cause {
  const context: FailureContext = { service, lines: [line], privacy: remoteNetwork };
  const evidence = toEvidence(line, secretsOf(service));
  const text = plainLine(line, secretsOf(service));
  const finding = firstMatch(text, rulesFor(service.connection), context)?.finding;
  const found = finding?.code;
  if (finding !== undefined && (found === 'forwarding-prohibited' || found === 'resource-missing'))
    return describe({ code: finding.code }, service, evidence);
  if (finding !== undefined && (found === 'no-ready-pod' || finding.details?.isNode === true))
    return describe(finding, service, evidence);
  if (found === 'name-not-found' || found === 'host-unreachable' || found === 'timed-out')
    return describeCause(found, {
      host: targetOf(service.connection, 'host'),
      isUnanswered: finding?.details?.isUnanswered,
      evidence,
      fix: seenFrom(service, finding?.details?.isUnanswered === true),
    });
  const known = found === 'target-refused' ? finding?.details : undefined;
  return describeCause('target-refused', { ...refusedIn(service.connection, evidence), ...known, evidence });
}

/** The name and the way to the target are those of the ssh server; undefined: it is not known which machine connects. */
function seenFrom({ connection }: ServiceSpec, isUnanswered: boolean): string | undefined {
  if (connection.technology !== 'ssh') return undefined;
  return isUnanswered
    ? `Check DNS on ${connection.host}, which looks the name up`
    : `Check the address: ${connection.host} connects to it, not this computer`;
}

/** For a pod, only the kubelet's message has the port; the port of a service may differ. */
function refusedIn(connection: Connection, line: string): CauseDetails {
  const host = targetOf(connection, 'address');
  const port = /\bforwarding (?:port |\d+ -> )(\d+)\b/.exec(line)?.[1];
  if (connection.technology !== 'kubectl' || host === undefined || port === undefined)
    return { host, isSocket: hasSocket(connection) };
  const isPod = connection.target.kind === 'pod';
  return {
    host: `port ${port} of ${isPod ? host : `the pod behind ${host}`}`,
    fix: `Check that the program in the pod is running and listens on port ${port}, on localhost as well`,
  };
}

/** The cause proven by the lines, without an exited child; null if they prove none. */
export const classifyLines = (context: FailureContext): Cause | null =>
  findCause(context, rulesFor(context.service.connection));

function findCause(context: FailureContext, rules: readonly FailureRule[]): Cause | null {
  const secrets = secretsOf(context.service);
  let consequence: Cause | null = null;
  const lines = context.lines.filter((line) => !isNoise(line)).toReversed();
  // Lines about a failed credential plugin come first: a timeout there is the user's. Lines marked as errors come
  // before others, which are often advice.
  for (const line of [...lines.filter(isAboutPlugin), ...lines.filter(isMarkedError), ...lines]) {
    const matched = firstMatch(plainLine(line, secrets), rules, context);
    if (matched === null) continue;
    const cause = describe(matched.finding, context.service, toEvidence(line, secrets));
    if (!matched.isConsequence) return cause;
    consequence ??= cause;
  }
  return consequence;
}

function firstMatch(
  text: string,
  rules: readonly FailureRule[],
  context: FailureContext,
): { readonly finding: Finding; readonly isConsequence: boolean } | null {
  for (const rule of rules) {
    const match = rule.pattern.exec(text);
    if (match !== null)
      return { finding: rule.finding(match, context), isConsequence: rule.isConsequence === true };
  }
  return null;
}

/** Fills in details from the configuration; details named in the line take precedence. */
function describe({ code, details = {} }: Finding, { connection }: ServiceSpec, evidence: string): Cause {
  const known = { ...knownDetails(connection), ...definedOnly(details) };
  return describeCause(code, { evidence, ...known });
}

function knownDetails(connection: Connection): CauseDetails {
  switch (connection.technology) {
    case 'ssh':
      return { host: connection.host, isSocket: hasSocket(connection) };
    case 'tcp':
      return { host: connection.host, port: connection.remotePort };
    case 'kubectl':
      return {
        resource: targetName(connection.target),
        namespace: connection.namespace ?? undefined,
        context: connection.context ?? undefined,
      };
    case 'command':
      return {};
    default:
      return assertNever(connection);
  }
}

const hasSocket = (connection: Connection): boolean =>
  connection.technology === 'ssh' && connection.remoteSocket !== undefined;

/** The remote end of the tunnel, as seen from the host that connects to it. */
function targetOf(connection: Connection, as: 'host' | 'address'): string | undefined {
  switch (connection.technology) {
    case 'ssh':
      return as === 'host'
        ? (connection.remoteSocket ?? connection.remoteHost)
        : describeRemoteEnd(connection);
    case 'kubectl':
      return targetName(connection.target);
    case 'tcp':
    case 'command':
      return undefined;
    default:
      return assertNever(connection);
  }
}

const definedOnly = (details: CauseDetails): CauseDetails =>
  Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));

function rulesFor(connection: Connection): readonly FailureRule[] {
  switch (connection.technology) {
    case 'ssh':
      return [...sshFailures, ...shellFailures, ...signInFailures, ...networkFailures];
    case 'kubectl':
      return [...kubectlFailures, ...networkFailures];
    case 'tcp':
      return networkFailures;
    case 'command':
      return [...rulesForProgram(connection.argv), ...shellFailures, ...networkFailures];
    default:
      return assertNever(connection);
  }
}

const rulesByProgram: ReadonlyMap<string, readonly FailureRule[]> = new Map([
  ...['ssh', 'autossh'].map((program) => [program, [...sshFailures, ...credentialFailures]] as const),
  ...['kubectl', 'oc', 'kubecolor'].map((program) => [program, kubectlFailures] as const),
]);

/** The first program known here counts: the command may run it through another, as `aws-vault exec prod -- kubectl …`. */
function rulesForProgram(argv: readonly string[]): readonly FailureRule[] {
  for (const [index, word] of argv.entries()) {
    // `svc/ssh` is no program.
    const isPath = index === 0 || /^[./~]/.test(word);
    const program = isPath ? (word.split('/').at(-1) ?? '') : word;
    const rules = rulesByProgram.get(program);
    if (rules !== undefined) return rules;
  }
  return credentialFailures;
}

function startFailure(
  { connection }: ServiceSpec,
  { code, message }: NonNullable<ChildExit['startError']>,
): Cause {
  const program = connection.technology === 'command' ? connection.argv[0] : connection.technology;
  if (code === 'ENOENT') return describeCause('binary-missing', { what: program, evidence: message });
  // Out of processes, memory or file descriptors: temporary.
  if (code === 'EAGAIN' || code === 'ENOMEM' || code === 'EMFILE' || code === 'ENFILE')
    return describeCause('exited', { ending: `${program} could not be started: ${code}`, evidence: message });
  return describeCause('config-invalid', {
    what: `${program} cannot be started (${code})`,
    evidence: message,
  });
}
