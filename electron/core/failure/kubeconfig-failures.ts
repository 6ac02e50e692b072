/** kubectl's messages about an invalid kubeconfig: its contexts, files, credential plugins and proxy. */
import type { CauseDetails } from '../../../shared/failure.ts';
import { protectedFolderOf } from '../privacy/protected-folder.ts';
import { type FailureContext, type FailureRule, type Finding, proves } from './failure-rules.ts';

const currentApi = 'client.authentication.k8s.io/v1';
const inExec = (key: string, value: string): string =>
  `Set ${key}: ${value} in its exec section of your kubeconfig`;
const runByHand =
  'Run the plugin in a terminal: it must print an ExecCredential as JSON; correct its command or args in your kubeconfig';

export const kubeconfigFailures: readonly FailureRule[] = [
  proves('context-missing', /context was not found for specified context: (.+)$/i, ([, context]) => ({
    context,
  })),
  proves(
    'context-missing',
    /context .+ does not exist|no context exists with the name|cannot locate context /i,
  ),
  proves('context-missing', /current-context must exist/i, {
    what: 'There is no kubeconfig, or it names no current context',
    fix: 'Write the context into the config, or choose one with kubectl config use-context',
  }),
  proves(
    'kubeconfig-invalid',
    /cannot locate (cluster|user) (.+)$/i,
    ([, kind = '', name = ''], context) => ({
      what: `The kubeconfig has no ${kind} ${name}, which ${contextIn(context)} names`,
      fix: `Add that ${kind} to your kubeconfig, or sign in to the cluster again`,
    }),
  ),
  {
    pattern: /error loading config file "?(.+?)"?: (.+)$/i,
    finding: ([, file = '', reason = ''], context) =>
      fileDenied(file, reason, context) ?? {
        code: 'config-invalid',
        details: { what: `The kubeconfig ${file} cannot be read` },
      },
  },
  {
    pattern:
      /unable to read (client-cert|client-key|certificate-authority) (\S+) for (\S+) due to [^:]+: (.+)$/i,
    finding: ([, key = '', file = '', name = '', reason = ''], context) =>
      fileDenied(file, reason, context) ?? {
        code: 'kubeconfig-invalid',
        details: {
          what: `The ${fileKinds[key] ?? 'file'} ${file} ${/no such file/i.test(reason) ? 'does not exist' : 'cannot be read'}`,
          fix: `Restore it, or correct ${key === 'client-cert' ? 'client-certificate' : key} of ${name} in your kubeconfig`,
        },
      },
  },
  proves(
    'kubeconfig-invalid',
    /unable to load root certificates|failed to find any PEM data in (certificate|key) input/i,
    ([, input]) => ({
      what: `The ${input === undefined ? 'CA certificate' : `client ${input}`} in the kubeconfig is not in PEM format`,
      fix: 'Correct it in your kubeconfig, or sign in to the cluster again',
    }),
  ),
  proves(
    'kubeconfig-invalid',
    /invalid 'proxy-url' "([^"]*)" for cluster "([^"]*)": (.+)$/i,
    ([, url = '', cluster = '', reason = '']) => ({
      what: `proxy-url ${url} cannot be used: ${reason}`,
      fix: `Correct proxy-url of the cluster ${cluster} in your kubeconfig`,
    }),
  ),
  proves('kubeconfig-invalid', /proxy authentication required/i, {
    what: 'The proxy asks for a user name and a password',
    fix: 'Write them into proxy-url of the cluster in your kubeconfig, or into HTTPS_PROXY',
  }),
  proves('kubeconfig-invalid', /exec plugin: invalid apiVersion "([^"]*)"/i, ([, version = '']) => ({
    what: `kubectl does not know the plugin version ${version} in the kubeconfig`,
    fix: `${inExec('apiVersion', currentApi)}; a current version of the plugin writes it so`,
  })),
  proves('kubeconfig-invalid', /interactiveMode must be specified for (\S+)/i, ([, user = '']) => ({
    what: `The user ${user} in the kubeconfig has a credential plugin without interactiveMode`,
    fix: inExec('interactiveMode', 'IfAvailable'),
  })),
  proves('kubeconfig-invalid', /exec plugin cannot support interactive mode/i, {
    what: 'The credential plugin needs a terminal (interactiveMode: Always), and LocalPort has none',
    fix: `${inExec('interactiveMode', 'IfAvailable')}, or give it other credentials`,
  }),
  proves(
    'kubeconfig-invalid',
    /configured to use API version \S+?\/(\w+), plugin returned version \S+?\/(\w+)$/i,
    ([, wanted = '', given = '']) => otherVersion(given, wanted),
  ),
  proves(
    'kubeconfig-invalid',
    /no kind "ExecCredential" is registered for version "\S+?\/(\w+)"/i,
    ([, given = '']) => ({
      what: `The credential plugin answers in version ${given}, which kubectl does not know`,
      fix: 'Install a current version of the plugin',
    }),
  ),
  proves('kubeconfig-invalid', /getting credentials: decoding stdout: /i, {
    what: 'The credential plugin printed something else than its JSON',
    fix: runByHand,
  }),
  proves('kubeconfig-invalid', /exec plugin didn't return/i, {
    what: 'The credential plugin returned no credentials',
    fix: runByHand,
  }),
  proves('kubeconfig-invalid', /fork\/exec (\S+?): permission denied/i, ([, file = '']) => ({
    what: `The credential plugin ${file} may not be run`,
    fix: `Make it executable: chmod +x ${file}`,
  })),
];

const fileKinds: Readonly<Record<string, string>> = {
  'client-cert': 'client certificate',
  'client-key': 'client key',
  'certificate-authority': 'CA certificate',
};

/** If a plugin printed nothing, kubectl reports its version as internal. */
const otherVersion = (given: string, wanted: string): CauseDetails =>
  given === '__internal'
    ? { what: 'The credential plugin printed nothing', fix: runByHand }
    : {
        what: `The credential plugin answers in version ${given}, and the kubeconfig says ${wanted}`,
        fix: inExec('apiVersion', `client.authentication.k8s.io/${given}`),
      };

function contextIn({ service: { connection } }: FailureContext): string {
  const context = connection.technology === 'kubectl' ? connection.context : null;
  return context === null ? 'its current context' : `the context ${context}`;
}

function fileDenied(file: string, reason: string, { privacy }: FailureContext): Finding | null {
  const isDenied = /operation not permitted/i.test(reason) && protectedFolderOf(file, privacy) !== null;
  return isDenied ? { code: 'file-unreadable', details: { what: file, program: privacy.program } } : null;
}
