/** Each cause in every situation that changes its text. */
import {
  describeCause,
  withLockedKey,
  type Cause,
  type CauseCode,
  type CauseDetails,
} from '../../shared/failure.ts';

const kube = { resource: 'service/web', namespace: 'shop', context: 'prod' };

const details: Readonly<Record<CauseCode, readonly CauseDetails[]>> = {
  'binary-missing': [{ what: 'kubectl' }, { what: 'cloudflared' }],
  'plugin-missing': [{ what: 'kubelogin' }, { what: 'my-plugin' }, {}],
  'port-in-use': [
    { port: 5432, holder: 'postgres (pid 812)' },
    { port: 5432, service: 'db' },
    { port: 5432 },
    { port: 5432, isPrivate: true },
  ],
  'port-forbidden': [{ port: 80 }],
  'address-missing': [{ host: '10.0.0.9' }],
  'auth-failed': [
    { host: 'bastion' },
    { host: 'bastion', takesPassword: true, login: 'localport ssh login bastion' },
    { host: 'bastion', usedPassword: true },
    { host: 'bastion', usedPassword: true, command: 'localport secret set bastion' },
    { host: 'bastion', usedPassword: true, login: 'localport ssh login bastion' },
    { host: 'bastion', askedUser: true, question: 'password' },
    { host: 'bastion', askedUser: true, question: 'passphrase' },
    { host: 'bastion', askedUser: true, question: 'code' },
    { host: 'bastion', askedUser: true, wasRemembered: true, question: 'password' },
    { host: 'bastion', wasRemembered: true, question: 'password', login: 'localport ssh login bastion' },
    { host: 'bastion', command: "chmod 600 '/home/u/key'" },
    { host: 'bastion', securityKey: 'unused' },
    { host: 'bastion', securityKey: 'unsupported' },
  ],
  'master-missing': [{ host: 'bastion', command: 'ssh -fNM bastion' }, {}],
  'control-path-missing': [{ host: 'bastion', command: 'ssh -fNM bastion' }],
  'secret-missing': [
    { what: 'bastion', command: 'localport secret set bastion' },
    { what: 'bastion', command: 'localport secret set bastion', login: 'localport ssh login bastion' },
  ],
  'secret-unreadable': [{ what: 'bastion' }, { what: 'op://work/db/password', command: 'op signin' }],
  'secret-not-read': [{ what: 'op://work/db/password' }],
  'question-unanswered': [
    { host: 'bastion', askedUser: true, question: 'password' },
    { host: 'id_ed25519', askedUser: true, question: 'passphrase' },
    { host: 'bastion', askedUser: true, question: 'touch' },
    { what: 'bastion asks for a code', command: 'localport ssh login bastion', question: 'code' },
  ],
  'agent-silent': [{ what: '/run/user/1000/keyring/ssh' }],
  'host-key-unknown': [
    { host: 'bastion' },
    { host: 'bastion', isBehindProxy: true, command: 'ssh -p 2222 me@bastion' },
  ],
  'host-key-changed': [{ host: 'bastion' }, { host: 'bastion', isBehindProxy: true }],
  'host-unreachable': [{ host: 'nas' }, { host: 'the node of pod/web-0', isNode: true, context: 'prod' }],
  'local-network-denied': [{ program: 'LocalPort', address: '192.168.1.5' }],
  'name-not-found': [{ host: 'nas' }, {}, { host: 'nas', isUnanswered: true }],
  'connection-refused': [{ host: '10.0.0.9', port: 6443 }, {}],
  'target-refused': [{ host: 'db:5432' }, { host: '/run/db.sock', isSocket: true }],
  'local-refused': [{ what: 'port 3000' }, { what: 'port 3000', host: '10.0.0.9' }],
  'remote-port-in-use': [
    { port: 8080, host: 'bastion' },
    { port: 8080, host: 'bastion', address: '10.0.0.9' },
    { what: 'Port 8080', host: 'bastion', service: 'web' },
    { what: '/run/web.sock', host: 'bastion', isSocket: true },
  ],
  'target-closed': [{ host: 'db', port: 5432 }, { isReverse: true }],
  'loops-back': [{}],
  'tls-expected': [{ host: 'web', port: 443 }],
  'forwarding-prohibited': [
    { host: 'bastion' },
    { host: 'bastion', isSocket: true },
    { host: 'bastion', isReverse: true, port: 80 },
  ],
  'context-missing': [
    { ...kube },
    { context: 'prod' },
    {
      resource: 'service/web',
      what: 'There is no kubeconfig, or it names no current context',
      fix: 'Write the context into the config, or choose one with kubectl config use-context',
    },
  ],
  'kubeconfig-invalid': [
    {},
    {
      what: 'The kubeconfig has no user gone, which the context prod names',
      fix: 'Add that user to your kubeconfig, or sign in to the cluster again',
    },
  ],
  'resource-missing': [kube, { resource: 'namespace', namespace: 'shop', context: 'prod' }],
  'no-ready-pod': [
    kube,
    { ...kube, isReplaced: true },
    { ...kube, resource: 'pod/web-0', isReplaced: true },
    { ...kube, ending: 'Failed' },
    { ...kube, resource: 'pod/web-0', ending: 'Succeeded' },
    { ...kube, resource: 'job/migrate', ending: 'Complete' },
  ],
  forbidden: [kube, { ...kube, right: 'get services' }],
  'credentials-expired': [{ context: 'prod', command: 'aws sso login' }, { context: 'prod' }],
  unauthorized: [{ context: 'prod' }],
  'timed-out': [{ host: 'bastion' }, { host: 'bastion', limit: 'start_timeout (30 s)' }],
  'never-listened': [{}, { limit: 'start_timeout (30 s)' }],
  'closed-by-remote': [{ host: 'bastion' }, { host: 'bastion', tookMs: 130_000 }],
  'certificate-invalid': [{ host: 'the API server' }],
  stopped: [{ ending: 'SIGSTOP' }],
  killed: [{ ending: 'SIGKILL' }],
  exited: [{ ending: 'exit code 1' }],
  'check-failed': [{}],
  'check-refused': [{}],
  'certificate-expiring': [{ host: 'web' }],
  'file-missing': [{ what: '~/.ssh/key' }],
  'file-unreadable': [{ what: '~/.ssh/key' }, { what: '~/Documents/key', program: 'LocalPort' }],
  'authority-missing': [{ what: '~/ca.pem' }],
  'variable-unset': [{ what: 'DB_HOST' }],
  'config-invalid': [{}, { what: 'remote_port is missing', fix: 'Add it' }],
  'transport-down': [{ what: 'The cluster prod' }],
  'cluster-unwell': [{ what: 'The cluster prod' }],
  'network-down': [{}],
  suspended: [{}],
};

/** The causes with this code. */
export function variantsOf(code: CauseCode): readonly Cause[] {
  const causes = details[code].map((one) => describeCause(code, one));
  const [first] = causes;
  const isLocked = code === 'auth-failed' && first !== undefined;
  return isLocked ? [...causes, withLockedKey(first, '/home/u/.ssh/id_ed25519')] : causes;
}
