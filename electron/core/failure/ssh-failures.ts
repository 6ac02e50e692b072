/** Failures in ssh's stderr. The wording is OpenSSH's; most of it has not changed in twenty years. */
import type { CauseDetails } from '../../../shared/failure.ts';
import type { MacPrivacy } from '../privacy/mac-privacy.ts';
import { protectedFolderOf } from '../privacy/protected-folder.ts';
import {
  type FailureContext,
  type FailureRule,
  type Finding,
  follows,
  portOf,
  proves,
} from './failure-rules.ts';
import { secretsOf } from '../secrets/secret-values.ts';
import { proxyCommandIn } from './credential-failures.ts';
import { isNoise, mainLine, toEvidence } from './evidence.ts';
import { isUnanswered, nameAsked, noRoute } from './network-failures.ts';
import { parseJumpHost, type JumpHost } from '../../../shared/jump-host.ts';

/** Of ssh_config, not of the config. */
const badConfiguration: CauseDetails = {
  what: 'ssh does not accept its configuration',
  fix: 'Correct your ssh_config',
};

export const sshFailures: readonly FailureRule[] = [
  {
    pattern:
      /^Host key verification failed|^(?:No \S+ host key is known for|Host key for) \S|REMOTE HOST IDENTIFICATION HAS CHANGED/i,
    finding: hostKeyFinding,
  },
  { pattern: /^(?:\S+@)?(\S+): Permission denied \(/i, finding: refusedLogin },
  proves('auth-failed', /Too many authentication failures/i, tooManyKeys),
  proves('auth-failed', /Permission denied \(|No more authentication methods/i),
  proves('name-not-found', /^ssh: Could not resolve hostname (\S+): /i, nameAsked),
  { pattern: /^ssh: connect to host (\S+) port (\d+): (.+)$/i, finding: connectFinding },
  proves('timed-out', /^Timeout, server (\S+) not responding/i, (match) => ({ host: match[1] })),
  proves('timed-out', /^Connection to (?:UNKNOWN|(\S+)) port \d+ timed out/i, (match) => ({
    host: match[1],
  })),
  proves('config-invalid', /^Unable to negotiate with (\S+) port \d+: /i, (match) => ({
    what: `${match[1] ?? 'The server'} and this ssh have no algorithm in common`,
  })),
  proves('config-invalid', /^Bad owner or permissions on (\S+)/i, ([, file]) => ({
    what: 'ssh does not accept its configuration',
    fix: `Make sure that only you can write to it: chmod 600 ${file ?? ''}`,
  })),
  proves('config-invalid', /Bad configuration option: /i, badConfiguration),
  {
    ...proves('config-invalid', /terminating, \d+ bad configuration options/i, badConfiguration),
    isConsequence: true,
  },
  // A jump host that cannot reach the next hop reports it like a server does to its client.
  { pattern: /^channel \d+: open failed: (.+)$/i, finding: channelFinding },
  {
    pattern: /^Connection (?:closed by|reset by|to) (?:UNKNOWN|(\S+))/i,
    finding: ([, host], context) =>
      webServer(context) ?? proxyEnded(context) ?? { code: 'closed-by-remote', details: { host } },
    isConsequence: true,
  },
  {
    pattern: /^banner exchange: Connection /,
    finding: (_, context) => proxyEnded(context) ?? { code: 'closed-by-remote' },
    isConsequence: true,
  },
  follows(
    'closed-by-remote',
    /^kex_exchange_identification: |^client_loop: send disconnect|^Received disconnect from|^stdio forwarding failed|^ssh_dispatch_run_fatal: /i,
  ),
];

/** In the order of the lines. */
const matchesIn = (lines: readonly string[], pattern: RegExp): readonly RegExpExecArray[] =>
  lines.map((line) => pattern.exec(line)).filter((match) => match !== null);

/** A key that ssh itself would not use explains the refusal; the evidence is the line that says so. */
function refusedLogin({ 1: host, input }: RegExpExecArray, { lines, privacy }: FailureContext): Finding {
  const barred = keptFrom(lines, privacy);
  if (barred !== null) return barred;
  const [missing] = matchesIn(
    lines,
    /^Warning: Identity file (.+) not accessible: No such file or directory\.$/,
  );
  if (missing?.[1] !== undefined)
    return { code: 'file-missing', details: { what: missing[1], evidence: missing[0] } };
  const [unused] = matchesIn(lines, /^Load key "(.+)": (.+)$/);
  const takesPassword = /\([^)]*(?:password|keyboard-interactive)[^)]*\)/.test(input);
  if (unused === undefined)
    return securityKeyIn(lines, host) ?? { code: 'auth-failed', details: { host, takesPassword } };
  const [evidence, file = '', reason = ''] = unused;
  const command = /bad permissions/i.test(reason) ? `chmod 600 '${file}'` : undefined;
  return { code: 'auth-failed', details: { host, evidence, command } };
}

/** Each key of the agent and of ssh_config counts as an attempt; a key of the config is offered alone. */
function tooManyKeys(_match: RegExpExecArray, { service: { connection } }: FailureContext): CauseDetails {
  const isOfAll =
    connection.technology === 'ssh' && connection.keyFile === null && connection.password === null;
  const fix =
    'ssh offered too many keys: name the right one with key_file, or with IdentityFile and IdentitiesOnly in your ssh_config';
  return isOfAll ? { fix } : {};
}

/**
 * A security key that could not sign (sshconnect2.c), or that this ssh does not support (ssh-sk.c); null if there was
 * none.
 */
function securityKeyIn(lines: readonly string[], host: string | undefined): Finding | null {
  // The wording of Apple's ssh.
  const unsupported = lines.find((line) =>
    /internal security key support not enabled|\bno (?:FIDO )?SecurityKeyProvider\b/i.test(line),
  );
  const failed = lines.find((line) => /^sign_and_send_pubkey: signing failed for \S+-SK /.test(line));
  const evidence = unsupported ?? failed;
  if (evidence === undefined) return null;
  const securityKey = unsupported === undefined ? 'unused' : 'unsupported';
  return { code: 'auth-failed', details: { host, evidence, securityKey } };
}

/** A key that macOS does not let the program that started ssh read; null if there is none. */
function keptFrom(lines: readonly string[], privacy: MacPrivacy): Finding | null {
  for (const line of lines) {
    const [, loaded, named] =
      /^(?:Load key "(.+)"|Warning: Identity file (.+) not accessible): Operation not permitted\.?$/.exec(
        line,
      ) ?? [];
    const file = loaded ?? named;
    if (file !== undefined && protectedFolderOf(file, privacy) !== null)
      return { code: 'file-unreadable', details: { what: file, evidence: line, program: privacy.program } };
  }
  return null;
}

/**
 * "Host key verification failed" ends both cases; earlier lines tell them apart. ssh's own line names the owner of the
 * key; otherwise it is the jump host that ended the connection before the target was reached.
 */
function hostKeyFinding(_match: RegExpExecArray, { service, lines }: FailureContext): Finding {
  const hop = namedKeyHost(lines) ?? jumpHostIn(service, lines);
  const host = hop?.host;
  const isBehindProxy = isBehind(service, lines);
  const hasChanged = lines.some((line) => /REMOTE HOST IDENTIFICATION HAS CHANGED/i.test(line));
  if (!hasChanged) {
    const target = targetPlace(service);
    const isTarget = hop === undefined || hop.host === target?.host;
    const place = isTarget && target !== undefined ? { ...target, port: hop?.port ?? target.port } : hop;
    const command = place === undefined ? undefined : connectCommand(place);
    return { code: 'host-key-unknown', details: { host, command, isBehindProxy } };
  }
  // ssh prints the exact command that removes the old key.
  const command = matchesIn(lines, /^\s*(ssh-keygen -f .+ -R .+)$/)[0]?.[1];
  return { code: 'host-key-changed', details: { host, command, isBehindProxy } };
}

/** Jump hosts from the config or from ssh_config, or a ProxyCommand. */
const isBehind = ({ connection }: FailureContext['service'], lines: readonly string[]): boolean =>
  (connection.technology === 'ssh' && connection.jump.length > 0) ||
  lines.some((line) =>
    /UNKNOWN port \d+|^debug1: (?:Executing proxy command|Setting implicit ProxyCommand)/.test(line),
  );

/** `[127.0.0.1]:2201` or `gate`, from "No ED25519 host key is known for …" and "Host key for … has changed". */
function namedKeyHost(lines: readonly string[]): JumpHost | undefined {
  const name = matchesIn(
    lines,
    /^(?:No \S+ host key is known for|Host key for) (\S+) (?:and you|has changed)/i,
  )[0]?.[1];
  return name === undefined ? undefined : parseJumpHost(name);
}

/**
 * A jump host of ssh_config, with its port and user, appears in ssh's debug lines; if there are several, the last one
 * counts.
 */
function jumpHostIn(
  { connection }: FailureContext['service'],
  lines: readonly string[],
): JumpHost | undefined {
  if (!lines.some((line) => /UNKNOWN port \d+/.test(line))) return undefined;
  const implicit = matchesIn(lines, /^debug1: Setting implicit ProxyCommand from ProxyJump: (ssh .+)$/).at(
    -1,
  )?.[1];
  if (implicit !== undefined) {
    const optionIn = (flag: string): string | null =>
      new RegExp(` -${flag} (\\S+)`).exec(implicit)?.[1] ?? null;
    return { host: implicit.split(' ').at(-1) ?? '', user: optionIn('l'), port: optionIn('p') };
  }
  const configured = connection.technology === 'ssh' ? connection.jump.at(-1) : undefined;
  return configured === undefined ? undefined : parseJumpHost(configured);
}

const connectCommand = ({ host, user, port }: JumpHost): string =>
  `ssh ${port === null ? '' : `-p ${port} `}${user === null ? '' : `${user}@`}${host}`;

function connectFinding([, host, port, reason = '']: RegExpExecArray, context: FailureContext): Finding {
  if (/refused/i.test(reason)) return { code: 'connection-refused', details: { host, port: portOf(port) } };
  if (/timed out/i.test(reason)) return { code: 'timed-out', details: { host } };
  if (/no route to host/i.test(reason)) {
    const found = noRoute(addressOf(host, context.lines), context);
    if (found.code === 'local-network-denied') return found;
  }
  return { code: 'host-unreachable', details: { host } };
}

/** The address that ssh tried for a name, from ssh's debug line. */
function addressOf(host: string | undefined, lines: readonly string[]): string | undefined {
  const tried = matchesIn(lines, /^debug1: Connecting to (\S+) \[(.+)\] port \d+\.$/);
  return tried.findLast(([, name]) => name === host)?.[2] ?? host;
}

function channelFinding([, reason = '']: RegExpExecArray): Finding {
  if (/prohibited/i.test(reason)) return { code: 'forwarding-prohibited' };
  if (/not known|nodename|name resolution|no such host/i.test(reason))
    return { code: 'name-not-found', details: { isUnanswered: isUnanswered(reason) } };
  if (/timed out/i.test(reason)) return { code: 'timed-out' };
  return { code: /no route|unreachable/i.test(reason) ? 'host-unreachable' : 'connection-refused' };
}

/** The port of a web server: ssh's debug line shows what it sent in place of SSH's banner. */
function webServer({ service: { connection }, lines }: FailureContext): Finding | null {
  const banner = lines.find((line) =>
    /^debug1: kex_exchange_identification: banner line 0: (?:HTTP\/|<(?:!DOCTYPE )?html)/i.test(line),
  );
  if (banner === undefined || connection.technology !== 'ssh') return null;
  const { host, port } = connection;
  const what = `${host}${port === null ? '' : `:${port}`} is a web server, not an SSH server`;
  return {
    code: 'config-invalid',
    details: {
      what,
      evidence: banner.replace(/^.*: /, ''),
      fix: 'Correct the host or the port in the config',
    },
  };
}

/** A ProxyCommand that ended before a server answered, in its own words. */
function proxyEnded({ service, lines }: FailureContext): Finding | null {
  const ended = lines.findIndex((line) => /^(?:kex_exchange_identification|banner exchange): /.test(line));
  if (ended < 0 || proxyCommandIn(lines) === undefined) return null;
  const words = mainLine(lines.slice(0, ended).filter((line) => !isNoise(line)));
  const evidence = words === undefined ? {} : { evidence: toEvidence(words, secretsOf(service)) };
  return {
    code: 'closed-by-remote',
    details: { host: `The ProxyCommand for ${targetPlace(service)?.host ?? 'the server'}`, ...evidence },
  };
}

function targetPlace({ connection }: FailureContext['service']): JumpHost | undefined {
  if (connection.technology !== 'ssh') return undefined;
  const { host, user, port } = connection;
  return { host, user, port: port === null ? null : String(port) };
}
