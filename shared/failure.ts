/**
 * The catalog of causes. Every failure is classified as one of these codes; the code decides what happens next and what the
 * user sees. Titles and remedies are complete, plain sentences without a final period.
 *
 * Three answers to "what next?":
 *   backoff  retrying can help: retry with growing delays, according to the restart policy
 *   trigger  retrying is useless until something changes: wait for one of the named triggers
 *   user     most likely only the user can fix it: send one notification
 *
 * No wait is endless: a failure that looks final may be temporary, so the last two classes are rechecked too, at the pace
 * that the entry names. The only exceptions are retries that could do harm, and their remedy says so.
 */

import { joinHostPort } from './bind-address.ts';
import { allowFolder } from './folder-permission.ts';
import { installPageOf } from './install-pages.ts';
import type { PromptKind } from './prompt.ts';
import { shellWord } from './shell-word.ts';

/** `transport-up`: the connection to an ssh host or a cluster that the service shares with others is back. */
export type TriggerKind =
  'network' | 'wake' | 'config' | 'credentials' | 'port' | 'transport-up' | 'demand' | 'user';

export type RecoveryClass = 'backoff' | 'trigger' | 'user';

/**
 * The delays before a retry without a trigger, in ms: after the first failure, the second, and so on; the last delay
 * repeats. Empty: never, because a retry could lock an account or open a sign-in page.
 */
export const recheckDelaysMs = {
  /** The port may become free at any moment, and checking costs nothing. The same goes for a socket that the user opens. */
  port: [2_000],
  network: [5_000, 15_000, 60_000],
  soon: [5_000, 30_000, 300_000],
  /** sshd 9.8 and later blocks an address after a few failed logins (PerSourcePenalties). */
  login: [60_000, 300_000],
  never: [],
} as const satisfies Record<string, readonly number[]>;

export type RecheckPace = keyof typeof recheckDelaysMs;

/** The single most useful action, offered as a button beside the cause. */
export type RemedyAction =
  | { readonly kind: 'copy-command'; readonly label: string; readonly command: string }
  /** Runs a command that changes nothing, and shows its output in place. */
  | { readonly kind: 'show-output'; readonly label: string; readonly command: string }
  | { readonly kind: 'open-config'; readonly label: string }
  | { readonly kind: 'open-log'; readonly label: string }
  | { readonly kind: 'retry'; readonly label: string }
  /** Shows the fingerprints before anything is trusted. `command`: the manual equivalent. */
  | { readonly kind: 'trust-host-key'; readonly label: string; readonly command: string }
  /** Uses a free local port for this run. */
  | { readonly kind: 'use-free-port'; readonly label: string }
  /** Logs in again and prompts for whatever the server asks. `command`: the manual equivalent. */
  | {
      readonly kind: 'log-in';
      readonly label: string;
      readonly command: string;
      /** Prompts for a password that replaces the one from the config for this run. */
      readonly replacesStored: boolean;
    }
  /** Adds this key to the user's agent, which requires its passphrase. `command`: the manual equivalent. */
  | { readonly kind: 'add-key'; readonly label: string; readonly command: string; readonly file: string }
  /** Writes another context of the kubeconfig into the config. */
  | { readonly kind: 'choose-context'; readonly label: string }
  /** Opens the program's installation page (`install-pages.ts`). */
  | { readonly kind: 'open-install-page'; readonly label: string; readonly program: string };

/** A classified failure, ready to be shown. */
export interface Cause {
  readonly code: CauseCode;
  /** One plain sentence: what happened. */
  readonly title: string;
  /** The supporting line: the last meaningful stderr line, an errno, a probe's finding. Secrets are redacted. */
  readonly evidence: string | null;
  /** One plain sentence: what would fix it; null if the user can only wait. */
  readonly remedy: string | null;
  readonly action: RemedyAction | null;
  readonly recovery: RecoveryClass;
  /** The triggers that cause a retry. `user` and `config` always do. */
  readonly triggers: readonly TriggerKind[];
  /** The pace of retries without a trigger; null: the restart policy (class `backoff`). */
  readonly recheck: RecheckPace | null;
  /** Only for `local-network-denied`: the IP address that could not be reached. */
  readonly address?: string | undefined;
}

/** Details for the sentences of the catalog. All are optional: a sentence must read well without them. */
export interface CauseDetails {
  readonly evidence?: string | undefined;
  /** The missing binary, variable or file. */
  readonly what?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** No name server has answered; otherwise one knows no such name. */
  readonly isUnanswered?: boolean | undefined;
  /** The IP address that was tried. */
  readonly address?: string | undefined;
  /** The program that macOS asks the user about. */
  readonly program?: string | undefined;
  /** The program that is using the port: `postgres (pid 812)`. */
  readonly holder?: string | undefined;
  /** The remote end is a Unix socket. */
  readonly isSocket?: boolean | undefined;
  /** The server was asked to listen, for a reverse forward. */
  readonly isReverse?: boolean | undefined;
  /** The port was assigned to a tunnel's program, but another program took it first. */
  readonly isPrivate?: boolean | undefined;
  /** The other service of the config that is using the port. */
  readonly service?: string | undefined;
  readonly context?: string | undefined;
  readonly namespace?: string | undefined;
  /** `service/postgres`; `namespace` for the namespace itself. */
  readonly resource?: string | undefined;
  /** The exit code or signal, in words; for a finished pod, its phase. */
  readonly ending?: string | undefined;
  /** The missing Kubernetes permission, as `kubectl auth can-i` accepts it: `get services`. */
  readonly right?: string | undefined;
  /** The fix, if the code alone does not determine it. */
  readonly fix?: string | undefined;
  /** The host is the pod's node, which the API server reaches, not this computer. */
  readonly isNode?: boolean | undefined;
  /** The pod is gone and is being replaced. */
  readonly isReplaced?: boolean | undefined;
  /** The config key of the timeout that expired, and its value. */
  readonly limit?: string | undefined;
  /** ssh reaches the host through a jump host or a proxy command. */
  readonly isBehindProxy?: boolean | undefined;
  /** A command that would fix it, known from evidence or configuration. */
  readonly command?: string | undefined;
  /** A password was tried: a server may lock the account after a few wrong ones. */
  readonly usedPassword?: boolean | undefined;
  /** The user was prompted, and gave a wrong answer or none. */
  readonly askedUser?: boolean | undefined;
  /** The rejected answer came from the keychain, and has been removed from it. */
  readonly wasRemembered?: boolean | undefined;
  /** The login required a security key, which did not sign; `unsupported`: this ssh has no support for them. */
  readonly securityKey?: 'unused' | 'unsupported' | undefined;
  /** How long the user took to answer. */
  readonly tookMs?: number | undefined;
  /** A command that prompts the user for whatever the server asks. */
  readonly login?: string | undefined;
  /** The prompt that the user has to answer, or answered wrongly. */
  readonly question?: PromptKind | undefined;
  /** The server accepts passwords or keyboard-interactive logins. */
  readonly takesPassword?: boolean | undefined;
  /** A retry may prompt the user, for example to unlock a keychain. */
  readonly asksUser?: boolean | undefined;
}

interface CatalogEntry {
  readonly recovery: RecoveryClass;
  readonly triggers: readonly TriggerKind[];
  readonly recheck?: RecheckPace | ((d: CauseDetails) => RecheckPace);
  /** It will not clear within a hold time: waiting clients are closed at once instead of being held. */
  readonly turnsClientsAway?: true;
  readonly title: (d: CauseDetails) => string;
  readonly remedy: (d: CauseDetails) => string | null;
  readonly action?: (d: CauseDetails) => RemedyAction | null;
}

const backoff = { recovery: 'backoff', triggers: ['network', 'wake', 'demand'] } as const;
const waits = (...triggers: TriggerKind[]) =>
  ({ recovery: 'trigger', triggers, recheck: 'network' }) as const;
const user = (...triggers: TriggerKind[]) => ({ recovery: 'user', triggers, recheck: 'soon' }) as const;
/** A problem on this machine: a file, a program, a line of the config. */
const setup = (...triggers: TriggerKind[]) => ({ ...user(...triggers), turnsClientsAway: true }) as const;

const retry: RemedyAction = { kind: 'retry', label: 'Try Again' };
const openConfig: RemedyAction = { kind: 'open-config', label: 'Open Config' };
const useFreePort: RemedyAction = { kind: 'use-free-port', label: 'Use Another Port' };
const chooseContext: RemedyAction = { kind: 'choose-context', label: 'Choose Context…' };
const openLog: RemedyAction = { kind: 'open-log', label: 'Show Log' };
/** The label names the program: `Copy ssh Command`. */
const copy = (command: string): RemedyAction => ({
  kind: 'copy-command',
  label: `Copy ${command.split(' ')[0] ?? ''} Command`,
  command,
});

const show = (label: string, command: string): RemedyAction => ({ kind: 'show-output', label, command });

const hostKeyAction = (d: CauseDetails, usual: string): RemedyAction => {
  const command = d.command ?? usual;
  return d.isBehindProxy === true
    ? copy(command)
    : { kind: 'trust-host-key', label: 'Trust Host Key…', command };
};

const installAction = ({ what }: CauseDetails): RemedyAction => {
  const page = installPageOf(what);
  return page === null
    ? retry
    : { kind: 'open-install-page', label: `Install ${page.program}…`, program: page.program };
};

const logInLabels: Readonly<Record<PromptKind, string>> = {
  password: 'Enter Password…',
  passphrase: 'Enter Passphrase…',
  code: 'Enter Code…',
  touch: 'Try Again',
  'sign-in': 'Try Again',
  confirm: 'Try Again',
};

const logIn = (d: CauseDetails, question: PromptKind = 'password', replacesStored = false): RemedyAction => ({
  kind: 'log-in',
  label: logInLabels[d.question ?? question],
  command:
    d.login ?? (d.host === undefined ? 'localport ssh login' : `localport ssh login ${shellWord(d.host)}`),
  replacesStored,
});

/** Apple's ssh does not support security keys; Homebrew's does. */
const opensshCommand = 'brew install openssh';

/** A retry would need the user, or could lock the account. */
const isUsers = (d: CauseDetails): boolean =>
  d.usedPassword === true || d.askedUser === true || d.wasRemembered === true || d.securityKey !== undefined;

function unanswered({ question = 'code', host = 'the server' }: CauseDetails): string {
  if (question === 'touch') return 'The security key was not touched';
  if (question === 'confirm') return `The login to ${host} was not confirmed`;
  return `No ${question} was entered for ${host}`;
}

/** Of `PORT-5432`, which a shell reads as a variable with a default, it is `PORT`. */
const variableName = (what = 'NAME'): string => /^(\w+)[-+?]/.exec(what)?.[1] ?? what;
const isNamespace = (d: CauseDetails): boolean => d.resource === 'namespace';
const isPod = (d: CauseDetails): boolean => d.resource?.startsWith('pod/') === true;
const isJob = (d: CauseDetails): boolean => d.resource?.startsWith('job/') === true;
const forwardRight = 'create pods/portforward';
const at = (d: CauseDetails): string => (d.host === undefined ? '' : ` ${d.host}`);
/** `10.0.0.9:6443`, `[::1]:22`; the host alone if the port is not known. */
function addressIn({ host, port }: CauseDetails): string | undefined {
  return host === undefined || port === undefined ? host : joinHostPort(host, port);
}
/** sshd_config(5) */
function forwardingRules({ isSocket, isReverse }: CauseDetails): string {
  if (isSocket === true) return 'AllowStreamLocalForwarding';
  return `AllowTcpForwarding and ${isReverse === true ? 'PermitListen' : 'PermitOpen'}`;
}
/** sshd reports these with the same message as ports that its rules forbid. */
const isForRoot = ({ isReverse, port }: CauseDetails): boolean =>
  isReverse === true && port !== undefined && port < 1024;
const holderIn = ({ service, holder }: CauseDetails): string =>
  service === undefined ? (holder ?? 'another program') : `the service ${service}`;
const scope = (d: CauseDetails): string =>
  [
    d.namespace === undefined ? '' : ` -n ${shellWord(d.namespace)}`,
    d.context === undefined ? '' : ` --context ${shellWord(d.context)}`,
  ].join('');

/** As shell words. */
export const stopCommand = (service: string): string => `localport stop ${shellWord(service)}`;

const catalog = {
  'binary-missing': {
    ...setup('credentials'),
    title: (d) => `${d.what ?? 'A program'} was not found`,
    remedy: (d) => `Install ${d.what ?? 'it'}, or make sure that your login shell's PATH contains it`,
    action: installAction,
  },
  'plugin-missing': {
    ...setup('credentials'),
    title: (d) => `The credential plugin ${d.what ?? ''} was not found`.replace('  ', ' '),
    remedy: (d) =>
      `Install ${d.what ?? 'the plugin that your kubeconfig names'}, or put it on your login shell's PATH`,
    action: installAction,
  },
  'port-in-use': {
    ...setup('port'),
    recheck: 'port',
    title: (d) => `Port ${d.port ?? ''} is used by ${holderIn(d)}`.replace('  ', ' '),
    remedy: (d) => {
      if (d.isPrivate === true) return 'Use {socket} in place of {local_port}, which no other user can take';
      return d.service === undefined
        ? 'Stop that program or choose another local_port; the service starts once the port is free'
        : `Only one of the two can be on: stop the other one first, with ${stopCommand(d.service)}`;
    },
    action: (d) => (d.isPrivate === true ? openConfig : useFreePort),
  },
  'port-forbidden': {
    ...setup(),
    title: (d) => `You are not allowed to open port ${d.port ?? ''}`.trimEnd(),
    remedy: () => 'Choose a local_port of 1024 or above',
    action: () => openConfig,
  },
  'address-missing': {
    // A change of the network during sleep is not reported, only the wake.
    ...setup('network', 'wake'),
    title: (d) => `${d.host ?? 'The address'} is not an address of this machine`,
    remedy: () => 'Correct bind in the config; the service starts once the machine has that address',
    action: () => openConfig,
  },
  'auth-failed': {
    ...user('credentials'),
    recheck: (d) => (isUsers(d) ? 'never' : 'login'),
    title: (d) =>
      d.securityKey === 'unsupported'
        ? 'This ssh cannot use security keys'
        : `${d.host ?? 'The server'} refused the login`,
    remedy: (d) => {
      if (d.securityKey === 'unsupported')
        return `Install an OpenSSH that can (${opensshCommand}), or name a provider with SecurityKeyProvider in your ssh_config`;
      if (d.securityKey === 'unused')
        return 'Plug in the security key, try again, and touch it when asked (not retried automatically)';
      const notRetried = '(not retried automatically, which could lock the account)';
      if (d.wasRemembered === true) {
        const next = d.login === undefined ? 'try again to be asked' : `run ${d.login}`;
        return `The answer in the keychain was not accepted, and was removed: ${next} ${notRetried}`;
      }
      if (d.askedUser === true) return `Try again and check your answer ${notRetried}`;
      if (d.usedPassword === true) {
        const enter =
          d.login === undefined ? 'Enter another password' : `Run ${d.login} to enter another password`;
        const correct = d.command === undefined ? 'correct it in the config' : `store it: ${d.command}`;
        return `${enter}, or ${correct} ${notRetried}`;
      }
      if (d.command !== undefined) return `Run ${d.command} and try again`;
      if (d.fix !== undefined) return d.fix;
      const check = 'Check the user and the key in the config';
      return d.login === undefined ? check : `${check}, or log in with a password: ${d.login}`;
    },
    action: (d) => {
      if (d.securityKey === 'unsupported') return copy(opensshCommand);
      if (d.securityKey === 'unused') return retry;
      if (d.askedUser === true || d.wasRemembered === true) return logIn(d);
      if (d.usedPassword === true) return logIn(d, 'password', true);
      if (d.command !== undefined) return copy(d.command);
      return d.takesPassword === true ? logIn(d) : openConfig;
    },
  },
  'master-missing': {
    ...user('credentials', 'network', 'wake'),
    recheck: 'port',
    title: (d) => `You have no open ssh connection to ${d.host ?? 'the host'}`,
    remedy: (d) => `Open one with ${d.command ?? 'ssh -fNM'}; the service connects as soon as it is there`,
    action: (d) => (d.command === undefined ? retry : copy(d.command)),
  },
  'control-path-missing': {
    ...setup('credentials'),
    title: (d) => `Your ssh_config has no ControlPath for ${d.host ?? 'the host'}`,
    remedy: (d) => `Add ControlPath ~/.ssh/cm-%C for that host, then run ${d.command ?? 'ssh -fNM'}`,
    action: () => retry,
  },
  'secret-missing': {
    ...setup('credentials'),
    title: (d) => `The keychain has no password ${d.what ?? ''}`.trimEnd(),
    remedy: (d) =>
      `Store it: run ${d.command ?? 'localport secret set'}${d.login === undefined ? '' : ', or enter the password for now'}`,
    action: (d) => {
      // An ssh login, which can prompt for it.
      if (d.login !== undefined) return logIn(d, 'password', true);
      return d.command === undefined ? retry : copy(d.command);
    },
  },
  'secret-unreadable': {
    ...setup('credentials'),
    recheck: (d) => (d.asksUser === true ? 'never' : 'soon'),
    title: (d) => `The password ${d.what ?? ''} cannot be read`.replace('  ', ' '),
    remedy: (d) =>
      d.command === undefined ? 'Unlock the keychain and try again' : `Run ${d.command} and try again`,
    action: () => retry,
  },
  'secret-not-read': {
    ...user(),
    recheck: 'never',
    title: (d) => `The password ${d.what ?? ''} is read only when you ask`.replace('  ', ' '),
    remedy: () => 'Try again: 1Password may ask you to allow it (not retried automatically)',
    action: () => retry,
  },
  'question-unanswered': {
    ...user('credentials'),
    recheck: (d) => (d.askedUser === true ? 'never' : 'login'),
    title: (d) => (d.askedUser === true ? unanswered(d) : (d.what ?? 'The server asks a question')),
    remedy: (d) =>
      d.askedUser === true
        ? 'Try again and answer the prompt (not retried automatically)'
        : `Run ${d.command ?? 'localport ssh login'}, or log in with a key, for example from your agent`,
    action: (d) => logIn({ ...d, login: d.command }, 'confirm'),
  },
  'agent-silent': {
    ...user('credentials'),
    // The user may see a prompt of the agent each time.
    recheck: 'login',
    title: () => 'The ssh agent did not answer in time',
    remedy: (d) =>
      `Unlock it or answer its prompt${d.what === undefined ? '' : ` (${d.what})`}; to log in without it, set IdentityAgent none in your ssh_config`,
    action: () => retry,
  },
  'host-key-unknown': {
    ...user('credentials'),
    recheck: 'login',
    title: (d) => `The host key of ${d.host ?? 'the server'} is not known yet`,
    remedy: (d) =>
      d.isBehindProxy === true
        ? 'Connect once in a terminal and check the fingerprint'
        : 'Compare its fingerprint with the one that you expect, then trust it',
    action: (d) => (d.host === undefined ? null : hostKeyAction(d, `ssh ${d.host}`)),
  },
  'host-key-changed': {
    ...user('credentials'),
    recheck: 'login',
    title: (d) => `The host key of ${d.host ?? 'the server'} has changed`,
    remedy: (d) =>
      `If the host was reinstalled, ${d.isBehindProxy === true ? 'remove the old key' : 'trust its new key'}; if not, somebody may be listening in`,
    action: (d) => (d.host === undefined ? null : hostKeyAction(d, `ssh-keygen -R ${d.host}`)),
  },
  'host-unreachable': {
    ...backoff,
    title: (d) => `${d.host ?? 'The host'} cannot be reached`,
    remedy: (d) =>
      d.isNode === true
        ? 'The API server cannot reach the node, whatever your own network does; LocalPort connects once the node is back or the pod runs on another one'
        : (d.fix ?? 'Check the network or the VPN'),
    action: (d) =>
      d.isNode === true ? show('Show Nodes', `kubectl get nodes${scope({ context: d.context })}`) : retry,
  },
  // Only a suspicion: a host that is switched off looks the same.
  'local-network-denied': {
    ...backoff,
    title: (d) => `macOS may not let ${d.program ?? 'LocalPort'} reach ${d.address ?? 'the local network'}`,
    remedy: (d) =>
      `Check that the host is on; if it is, allow ${d.program ?? 'LocalPort'} in System Settings › Privacy & Security › Local Network`,
    action: () => retry,
  },
  'name-not-found': {
    ...backoff,
    title: (d) =>
      d.isUnanswered === true
        ? `No answer from DNS${d.host === undefined ? '' : ` for ${d.host}`}`
        : `The name${at(d)} was not found`,
    remedy: (d) =>
      d.fix ??
      (d.isUnanswered === true
        ? 'Check the network, the VPN, or the DNS server'
        : 'Check the spelling, the network or the VPN'),
    action: (d) => (d.isUnanswered === true ? retry : openConfig),
  },
  'connection-refused': {
    ...backoff,
    title: (d) => `${addressIn(d) ?? 'The server'} refused the connection`,
    remedy: (d) => d.fix ?? 'Check that the server is running and the port is right',
    action: () => retry,
  },
  'target-refused': {
    ...backoff,
    title: (d) => `The tunnel is up, but ${d.host ?? 'the target'} refused the connection`,
    remedy: (d) =>
      d.isSocket === true
        ? // sshd reports nothing more specific.
          'Check that the program at the remote end is running, that your user there may open its socket, and that AllowStreamLocalForwarding in the sshd_config of the server allows it'
        : (d.fix ?? 'Check that the program at the remote end is running and listens on remote_port'),
    action: () => openLog,
  },
  'local-refused': {
    ...backoff,
    title: (d) =>
      `Nothing listens on ${d.what ?? 'the local port'}${d.host === undefined ? ' on this machine' : ''}`,
    remedy: (d) => `Start what listens on ${d.what ?? 'it'}, or correct the local end in the config`,
    action: () => openConfig,
  },
  'remote-port-in-use': {
    ...backoff,
    title: (d) =>
      d.service !== undefined
        ? `${d.what ?? `Port ${d.port ?? ''}`} on ${d.host ?? 'the server'} is used by the service ${d.service}`
        : d.isSocket === true
          ? `${d.what ?? 'The socket'} cannot be opened on ${d.host ?? 'the server'}`
          : `Port ${d.port ?? ''} on ${d.host ?? 'the server'} is in use there`.replace('  ', ' '),
    remedy: (d) => {
      if (d.service !== undefined)
        return `Only one of the two can be on: stop the other one first, with ${stopCommand(d.service)}`;
      if (d.isSocket === true)
        return 'Remove the file there, or set StreamLocalBindUnlink yes in the sshd_config of the server; your user must be able to write to its folder';
      const address =
        d.address === undefined ? '' : `, and check that the server has the address ${d.address}`;
      return `Stop what uses it there${address}; a broken connection holds the port until the server notices, sooner with ClientAliveInterval in its sshd_config`;
    },
    action: () => retry,
  },
  'target-closed': {
    ...backoff,
    title: (d) => `${addressIn(d) ?? 'The target'} closed the connection without an answer`,
    remedy: (d) =>
      `Check the program ${d.isReverse === true ? 'there' : 'at the remote end'}, and whether it expects TLS`,
    action: () => openLog,
  },
  'loops-back': {
    ...user('network'),
    title: () => 'This service leads back to itself',
    remedy: () => 'Correct its host or remote_port',
    action: () => openConfig,
  },
  'tls-expected': {
    ...backoff,
    title: (d) => `${addressIn(d) ?? 'The target'} expects TLS, and the client did not use it`,
    remedy: () => 'Turn on TLS in the client: https://, or its TLS option',
    action: () => openLog,
  },
  'forwarding-prohibited': {
    ...user('credentials'),
    title: (d) => `${d.host ?? 'The server'} does not allow this forward`,
    remedy: (d) =>
      `Ask its administrator to allow it: ${forwardingRules(d)} in its sshd_config${isForRoot(d) ? '; only root may open ports below 1024' : ''}`,
    action: () => openLog,
  },
  'context-missing': {
    ...setup('credentials'),
    title: (d) => {
      if (d.what !== undefined) return d.what;
      return d.context === undefined
        ? 'The kube context does not exist'
        : `The kube context ${d.context} does not exist`;
    },
    remedy: (d) => d.fix ?? 'Correct the context in the config, or add it to your kubeconfig',
    // A custom command has no context.
    action: (d) =>
      d.resource === undefined ? show('Show Contexts', 'kubectl config get-contexts') : chooseContext,
  },
  'kubeconfig-invalid': {
    ...setup('credentials'),
    title: (d) => d.what ?? 'The kubeconfig is not correct',
    remedy: (d) => d.fix ?? 'Correct it in your kubeconfig',
    action: () => retry,
  },
  'resource-missing': {
    ...backoff,
    title: (d) =>
      isNamespace(d)
        ? `The namespace ${d.namespace ?? ''} does not exist`.replace('  ', ' ')
        : `${d.resource ?? 'The resource'} was not found${d.namespace === undefined ? '' : ` in ${d.namespace}`}`,
    remedy: () => 'Check the name, the namespace and the context',
    action: (d) =>
      isNamespace(d)
        ? show('Show Namespaces', `kubectl get namespaces${scope({ context: d.context })}`)
        : show('Show Services', `kubectl get services,pods${scope(d)}`),
  },
  'no-ready-pod': {
    ...backoff,
    title: (d) => {
      const resource = d.resource ?? 'the service';
      if (d.isReplaced === true)
        return isPod(d) ? `${resource} is gone` : `The pod behind ${resource} was replaced`;
      if (d.ending === undefined) return `No ready pod behind ${resource}`;
      return `${isPod(d) || isJob(d) ? resource : `The pod behind ${resource}`} has finished (${d.ending})`;
    },
    remedy: (d) => {
      if (d.isReplaced === true)
        return isPod(d)
          ? 'Forward to a new pod, or to its Deployment or Service'
          : 'LocalPort connects to the next pod as soon as it is ready';
      if (d.ending !== undefined && isPod(d))
        return 'A finished pod never runs again: forward to a new pod, or to its Deployment or Service';
      if (d.ending !== undefined && isJob(d)) return 'A finished job never runs again: create a new one';
      return 'LocalPort connects as soon as a pod is ready';
    },
    action: (d) => show('Show Pods', `kubectl get pods${scope(d)}`),
  },
  forbidden: {
    ...user('credentials'),
    title: ({ right = forwardRight, ...d }) =>
      right === forwardRight
        ? `You are not allowed to forward ports to ${d.resource ?? 'this resource'}`
        : `You are not allowed to ${right}${d.namespace === undefined ? '' : ` in ${d.namespace}`}`,
    remedy: ({ right = forwardRight, fix }) => fix ?? `Ask for permission to ${right} there`,
    action: ({ right = forwardRight, ...d }) =>
      show('Check Permission', `kubectl auth can-i ${right}${scope(d)}`),
  },
  'credentials-expired': {
    ...user('credentials'),
    recheck: 'never',
    title: (d) => `Signed out of ${d.context ?? d.host ?? 'the cluster'}`,
    remedy: (d) =>
      `${d.command === undefined ? 'Sign in again' : `Sign in again: run ${d.command}`} (not retried automatically)`,
    action: (d) => (d.command === undefined ? retry : copy(d.command)),
  },
  unauthorized: {
    ...user('credentials'),
    title: (d) => `${d.context ?? d.host ?? 'The cluster'} did not accept your credentials`,
    remedy: (d) => d.fix ?? 'Sign in again if this continues',
    action: () => retry,
  },
  'timed-out': {
    ...backoff,
    title: (d) => `${d.host ?? d.what ?? 'The other end'} did not answer in time`,
    remedy: (d) =>
      `${d.fix ?? 'Check the network or the VPN'}${d.limit === undefined ? '' : `; if it only needs longer, raise ${d.limit}`}`,
    action: () => retry,
  },
  'never-listened': {
    ...backoff,
    title: () => 'The command does not listen',
    remedy: (d) =>
      `Check that it listens on {local_port} or {socket}${d.limit === undefined ? '' : `; if it only needs longer, raise ${d.limit}`}`,
    action: () => openLog,
  },
  'closed-by-remote': {
    ...backoff,
    title: (d) =>
      `${d.host ?? 'The other end'} closed the connection${d.tookMs === undefined ? '' : ' before you answered'}`,
    remedy: (d) =>
      d.tookMs === undefined
        ? null
        : `Your answer took ${String(Math.round(d.tookMs / 1_000))} s; servers wait 120 s by default (LoginGraceTime)`,
    action: () => openLog,
  },
  'certificate-invalid': {
    ...user('credentials', 'network'),
    title: (d) => `The certificate of ${d.host ?? 'the server'} is not trusted`,
    remedy: (d) => d.fix ?? 'Check the kubeconfig or the clock',
    action: () => openLog,
  },
  stopped: {
    ...backoff,
    title: (d) => `The tunnel process is stopped${d.ending === undefined ? '' : ` (${d.ending})`}`,
    remedy: () => null,
    action: () => openLog,
  },
  killed: {
    ...backoff,
    title: (d) => `The tunnel process was killed${d.ending === undefined ? '' : ` (${d.ending})`}`,
    remedy: () => null,
    action: () => openLog,
  },
  exited: {
    ...backoff,
    title: (d) => d.what ?? `The tunnel ended${d.ending === undefined ? '' : ` (${d.ending})`}`,
    remedy: (d) => d.fix ?? null,
    action: () => openLog,
  },
  'check-failed': {
    ...backoff,
    title: (d) => d.what ?? 'No answer through the tunnel',
    remedy: () => 'Check the program at the remote end',
    action: () => openLog,
  },
  'check-refused': {
    ...user('credentials', 'network'),
    title: (d) => d.what ?? 'The service answered but refused the health check',
    remedy: () =>
      'The tunnel works: correct the health check in the config, or what it asks for at the remote end',
    action: () => openConfig,
  },
  'certificate-expiring': {
    ...user('credentials', 'network'),
    title: (d) => d.what ?? `The certificate of ${d.host ?? 'the server'} expires soon`,
    remedy: () => 'Renew it, or lower expires_within of the health check',
    action: () => openLog,
  },
  'file-missing': {
    ...setup('credentials'),
    title: (d) => `The file ${d.what ?? ''} does not exist`.replace('  ', ' '),
    remedy: () => 'Create it or correct its path in the config',
    action: () => openConfig,
  },
  'file-unreadable': {
    ...setup('credentials'),
    title: (d) =>
      d.program === undefined
        ? `The file ${d.what ?? ''} cannot be read`.replace('  ', ' ')
        : `macOS does not let ${d.program} read ${d.what ?? 'the file'}`,
    remedy: (d) =>
      d.program === undefined
        ? 'Check its permissions, or correct its path in the config'
        : allowFolder(d.program),
    action: () => openConfig,
  },
  'authority-missing': {
    ...setup('credentials'),
    title: (d) => `The file ${d.what ?? ''} contains no certificate`.replace('  ', ' '),
    remedy: () => 'Put the CA certificate in PEM format there, or correct its path in the config',
    action: () => openConfig,
  },
  'variable-unset': {
    ...setup(),
    title: (d) => `The environment variable ${d.what ?? ''} is not set`.replace('  ', ' '),
    remedy: (d) => `Set it in your login shell, or give a default: \${${variableName(d.what)}:default}`,
    action: () => openConfig,
  },
  'config-invalid': {
    ...setup(),
    title: (d) => d.what ?? 'This service is not configured correctly',
    remedy: (d) => d.fix ?? 'Correct it in the config',
    action: () => openConfig,
  },
  'transport-down': {
    ...waits('transport-up'),
    title: (d) => `${d.what ?? 'The cluster'} cannot be reached`,
    remedy: () => 'Check the network or the VPN; LocalPort reconnects as soon as there is an answer',
    action: () => retry,
  },
  'cluster-unwell': {
    ...waits('transport-up'),
    title: (d) => `${d.what ?? 'The cluster'} is unhealthy`,
    remedy: () => 'LocalPort reconnects as soon as the cluster has recovered',
    action: () => retry,
  },
  'network-down': {
    ...waits('network', 'wake'),
    title: () => 'Waiting for the network',
    remedy: () => null,
  },
  suspended: {
    ...waits('wake'),
    title: () => 'Waiting for the computer to wake',
    remedy: () => null,
  },
} as const satisfies Record<string, CatalogEntry>;

export type CauseCode = keyof typeof catalog;

export const causeCodes = Object.keys(catalog) as readonly CauseCode[];

/** Creates the cause for a code: looks up its class, title and remedy, and fills in the details. */
export function describeCause(code: CauseCode, details: CauseDetails = {}): Cause {
  const entry: CatalogEntry = catalog[code];
  const triggers = new Set<TriggerKind>([...entry.triggers, 'config', 'user']);
  const title = entry.title(details);
  return {
    code,
    title,
    // Evidence that repeats the title adds nothing.
    evidence: details.evidence === title ? null : (details.evidence ?? null),
    remedy: entry.remedy(details),
    action: entry.action?.(details) ?? null,
    recovery: entry.recovery,
    triggers: [...triggers],
    recheck: recheckOf(entry, details),
    ...(details.address === undefined ? {} : { address: details.address }),
  };
}

/** The same cause, if an encrypted key that is not in the user's agent would permit the login. */
export function withLockedKey(cause: Cause, file: string): Cause {
  const command = `ssh-add ${shellWord(file)}`;
  return {
    ...cause,
    remedy: `Unlock the key and add it to your agent: ${command}`,
    action: { kind: 'add-key', label: 'Add Key to Agent…', command, file },
  };
}

/** The same cause, if the user has an open ssh connection of their own to the host, which needs no login. */
export function withOpenMaster(cause: Cause, host: string): Cause {
  return {
    ...cause,
    remedy: `You have an open ssh connection to ${host}: write control_path: user in the config to use it`,
    action: openConfig,
  };
}

/** The same cause, for a service that waits until its transport is up again: only the transport retries. */
export function asTransportDown(cause: Cause): Cause {
  const needsUser = cause.recovery === 'user';
  return {
    ...cause,
    recovery: needsUser ? 'user' : 'trigger',
    recheck: needsUser ? cause.recheck : null,
    triggers: [...new Set<TriggerKind>([...cause.triggers, 'transport-up'])],
  };
}

function recheckOf({ recovery, recheck = 'soon' }: CatalogEntry, details: CauseDetails): RecheckPace | null {
  if (recovery === 'backoff') return null;
  return typeof recheck === 'function' ? recheck(details) : recheck;
}

/** Whether to close a waiting client at once instead of holding it: nothing will change within a hold time. */
export const turnsClientsAway = ({ code }: Pick<Cause, 'code'>): boolean => {
  const entry: CatalogEntry = catalog[code];
  return entry.turnsClientsAway === true;
};
