import { describe, expect, it } from 'vitest';
import { turnsClientsAway, type Cause } from '../../../shared/failure.ts';
import type { Connection } from '../../../shared/service-spec.ts';
import { classifyComplaint, classifyFailure, type Failure } from './failure-classifier.ts';
import type { MacPrivacy } from '../privacy/mac-privacy.ts';
import { officeLan } from '../privacy/testing/office-lan.ts';
import {
  commandConnection,
  kubectlConnection,
  serviceWith,
  sshConnection,
  tcpConnection,
} from '../tunnel/testing/service-specs.ts';

const ssh = sshConnection({ host: 'bastion', port: 2222 });
const kubectl = kubectlConnection({ context: 'prod', namespace: 'shop' });

function causeOf(connection: Connection, output: string, more: Partial<Failure> = {}): Cause {
  const isSsh = connection.technology === 'ssh';
  return classifyFailure({
    service: serviceWith(connection),
    exitCode: isSsh ? 255 : 1,
    signal: null,
    startError: null,
    lines: output.split('\n'),
    privacy: {
      platform: 'linux',
      interfaces: () => officeLan,
      program: 'LocalPort',
      homeDirectory: '/Users/me',
    },
    ...more,
  });
}

/** As displayed in the popover. */
const shown = ({ code, title, evidence, action }: Cause): string =>
  [
    `${code}: ${title}`,
    ...(evidence === null ? [] : [`  ${evidence}`]),
    ...(action !== null && 'command' in action ? [`  $ ${action.command}`] : []),
  ].join('\n');

// Captured from OpenSSH 9.2 or, where noted, taken from its source.
const sshTable: readonly (readonly [title: string, output: string, expected: string])[] = [
  ...[
    '/bin/bash: line 1: exec: cloudflared: not found',
    '/bin/sh: 1: exec: cloudflared: not found',
    'zsh:1: command not found: cloudflared',
    'bash: line 1: cloudflared: command not found',
    '/bin/sh: 1: cloudflared: not found',
    'fish: Unknown command: cloudflared',
  ].map(
    (line) =>
      [
        `a ProxyCommand whose program is missing: ${line}`,
        `${line}
kex_exchange_identification: Connection closed by remote host
Connection closed by UNKNOWN port 65535`,
        `binary-missing: cloudflared was not found
  ${line}`,
      ] as const,
  ),
  [
    'a ProxyCommand whose program is missing at its path',
    `bash: line 1: /opt/none/cloudflared: No such file or directory
Connection closed by UNKNOWN port 65535`,
    `binary-missing: /opt/none/cloudflared was not found
  bash: line 1: /opt/none/cloudflared: No such file or directory`,
  ],
  [
    'a ProxyCommand that needs a sign-in',
    `debug1: Executing proxy command: exec sh -c "aws ssm start-session --target i-0abc --profile prod"
An error occurred (ExpiredTokenException) when calling the StartSession operation: The security token included in the request is expired
kex_exchange_identification: Connection closed by remote host
Connection closed by UNKNOWN port 65535`,
    `credentials-expired: Signed out of aws
  An error occurred (ExpiredTokenException) when calling the StartSession operation: The security token included in the request is expired
  $ aws sso login --profile prod`,
  ],
  [
    'a ProxyCommand that fails, by its own words',
    `debug1: Executing proxy command: exec aws ssm start-session --target i-0abc
An error occurred (TargetNotConnected) when calling the StartSession operation: i-0abc is not connected.
kex_exchange_identification: Connection closed by remote host
Connection closed by UNKNOWN port 65535`,
    `closed-by-remote: The ProxyCommand for bastion closed the connection
  An error occurred (TargetNotConnected) when calling the StartSession operation: i-0abc is not connected.`,
  ],
  [
    'a ProxyCommand that ends at once, by its own words',
    `debug1: Executing proxy command: exec corkscrew proxy 80 bastion 22
Proxy could not open connection to bastion: Proxy Authentication Required
banner exchange: Connection to UNKNOWN port 65535: Broken pipe`,
    `closed-by-remote: The ProxyCommand for bastion closed the connection
  Proxy could not open connection to bastion: Proxy Authentication Required`,
  ],
  [
    'a ProxyCommand that ends without a word',
    `debug1: Executing proxy command: exec tunnel
kex_exchange_identification: Connection closed by remote host
Connection closed by UNKNOWN port 65535`,
    `closed-by-remote: The ProxyCommand for bastion closed the connection
  Connection closed by UNKNOWN port 65535`,
  ],
  [
    'a jump host that closes, which is no ProxyCommand of the user',
    `debug1: Executing proxy command: exec ssh -v -W '[bastion]:22' gate
kex_exchange_identification: Connection closed by remote host
Connection closed by UNKNOWN port 65535`,
    `closed-by-remote: bastion closed the connection
  Connection closed by UNKNOWN port 65535`,
  ],
  [
    'a host whose key is unknown, by the line that names it',
    `No ED25519 host key is known for [127.0.0.1]:2201 and you have requested strict checking.
Host key verification failed.
Connection closed by UNKNOWN port 65535`,
    `host-key-unknown: The host key of 127.0.0.1 is not known yet
  Host key verification failed.
  $ ssh -p 2201 127.0.0.1`,
  ],
  [
    'a jump host of ssh_config with an unknown key, with user and port',
    `debug1: Setting implicit ProxyCommand from ProxyJump: ssh -l root -p 42201 -F cfg -W '[%h]:%p' localhost
Host key verification failed.
Connection closed by UNKNOWN port 65535`,
    `host-key-unknown: The host key of localhost is not known yet
  Host key verification failed.
  $ ssh -p 42201 root@localhost`,
  ],
  [
    'a jump host of ssh_config with an unknown key',
    `debug1: Setting implicit ProxyCommand from ProxyJump: ssh -F cfg -W '[%h]:%p' gate
Host key verification failed.
kex_exchange_identification: Connection closed by remote host
Connection closed by UNKNOWN port 65535`,
    `host-key-unknown: The host key of gate is not known yet
  Host key verification failed.
  $ ssh gate`,
  ],
  [
    'a refused login',
    `Warning: Permanently added '[bastion]:2222' (ED25519) to the list of known hosts.
root@bastion: Permission denied (publickey,keyboard-interactive).`,
    `auth-failed: bastion refused the login
  root@bastion: Permission denied (publickey,keyboard-interactive).
  $ localport ssh login bastion`,
  ],
  [
    'too many keys',
    `Received disconnect from 10.0.0.1 port 2222:2: Too many authentication failures
Disconnected from 10.0.0.1 port 2222`,
    `auth-failed: bastion refused the login
  Received disconnect from 10.0.0.1 port 2222:2: Too many authentication failures`,
  ],
  [
    'a security key that is not plugged in',
    `sign_and_send_pubkey: signing failed for ED25519-SK "/home/u/.ssh/id_ed25519_sk": device not found
root@bastion: Permission denied (publickey).`,
    `auth-failed: bastion refused the login
  sign_and_send_pubkey: signing failed for ED25519-SK "/home/u/.ssh/id_ed25519_sk": device not found`,
  ],
  [
    // After the source: ssh-sk.c without ENABLE_SK_INTERNAL, as Apple builds it.
    'an ssh without support for security keys',
    `internal security key support not enabled
sign_and_send_pubkey: signing failed for ED25519-SK "/Users/u/.ssh/id_ed25519_sk": invalid format
root@bastion: Permission denied (publickey).`,
    `auth-failed: This ssh cannot use security keys
  internal security key support not enabled
  $ brew install openssh`,
  ],
  [
    'a key that others can read',
    `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
Permissions 0644 for '/home/u/key' are too open.
It is required that your private key files are NOT accessible by others.
This private key will be ignored.
Load key "/home/u/key": bad permissions
root@bastion: Permission denied (publickey).`,
    `auth-failed: bastion refused the login
  Load key "/home/u/key": bad permissions
  $ chmod 600 '/home/u/key'`,
  ],
  [
    'a missing key file',
    `Warning: Identity file /home/u/key not accessible: No such file or directory.
root@bastion: Permission denied (publickey).`,
    `file-missing: The file /home/u/key does not exist
  Warning: Identity file /home/u/key not accessible: No such file or directory.`,
  ],
  [
    'an unknown host key',
    `No ED25519 host key is known for [bastion]:2222 and you have requested strict checking.
Host key verification failed.`,
    `host-key-unknown: The host key of bastion is not known yet
  Host key verification failed.
  $ ssh -p 2222 bastion`,
  ],
  [
    'a changed host key',
    `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!
Offending ED25519 key in /home/u/.ssh/known_hosts:3
  remove with:
  ssh-keygen -f "/home/u/.ssh/known_hosts" -R "[bastion]:2222"
Host key for [bastion]:2222 has changed and you have requested strict checking.
Host key verification failed.`,
    `host-key-changed: The host key of bastion has changed
  Host key verification failed.
  $ ssh-keygen -f "/home/u/.ssh/known_hosts" -R "[bastion]:2222"`,
  ],
  [
    'a name that cannot be resolved',
    'ssh: Could not resolve hostname bastion: Name or service not known',
    `name-not-found: The name bastion was not found
  ssh: Could not resolve hostname bastion: Name or service not known`,
  ],
  [
    'a name for which no name server answers',
    'ssh: Could not resolve hostname bastion: Temporary failure in name resolution',
    `name-not-found: No answer from DNS for bastion
  ssh: Could not resolve hostname bastion: Temporary failure in name resolution`,
  ],
  [
    'a name that cannot be resolved, on macOS',
    'ssh: Could not resolve hostname bastion: nodename nor servname provided, or not known',
    `name-not-found: The name bastion was not found
  ssh: Could not resolve hostname bastion: nodename nor servname provided, or not known`,
  ],
  [
    'a refused connection',
    'ssh: connect to host bastion port 2222: Connection refused',
    `connection-refused: bastion:2222 refused the connection
  ssh: connect to host bastion port 2222: Connection refused`,
  ],
  [
    'a network without a route to the host',
    'ssh: connect to host 10.1.2.3 port 22: Network is unreachable',
    `host-unreachable: 10.1.2.3 cannot be reached
  ssh: connect to host 10.1.2.3 port 22: Network is unreachable`,
  ],
  [
    'a host that does not answer',
    'ssh: connect to host bastion port 2222: Connection timed out',
    `timed-out: bastion did not answer in time
  ssh: connect to host bastion port 2222: Connection timed out`,
  ],
  [
    'a web server',
    `debug1: kex_exchange_identification: banner line 0: HTTP/1.1 400 Bad Request
kex_exchange_identification: Connection closed by remote host
Connection closed by 10.0.0.1 port 2222`,
    `config-invalid: bastion:2222 is a web server, not an SSH server
  HTTP/1.1 400 Bad Request`,
  ],
  [
    'a server that sends no banner',
    `Connection timed out during banner exchange
Connection to 10.0.0.1 port 2222 timed out`,
    `timed-out: 10.0.0.1 did not answer in time
  Connection to 10.0.0.1 port 2222 timed out`,
  ],
  [
    'a server that stops answering',
    'Timeout, server bastion not responding.',
    `timed-out: bastion did not answer in time
  Timeout, server bastion not responding.`,
  ],
  [
    'a server that closes the connection',
    'Connection to bastion closed by remote host.',
    `closed-by-remote: bastion closed the connection
  Connection to bastion closed by remote host.`,
  ],
  [
    'a server that closes the connection at once',
    `kex_exchange_identification: Connection closed by remote host
Connection closed by 10.0.0.1 port 2222`,
    `closed-by-remote: 10.0.0.1 closed the connection
  Connection closed by 10.0.0.1 port 2222`,
  ],
  [
    'a server that resets the connection',
    `kex_exchange_identification: read: Connection reset by peer
Connection reset by 10.0.0.1 port 2222`,
    `closed-by-remote: 10.0.0.1 closed the connection
  Connection reset by 10.0.0.1 port 2222`,
  ],
  [
    'a network that was lost during the connection',
    'client_loop: send disconnect: Broken pipe',
    `closed-by-remote: bastion closed the connection
  client_loop: send disconnect: Broken pipe`,
  ],
  [
    'a server with other ciphers',
    'Unable to negotiate with 10.0.0.1 port 2222: no matching cipher found. Their offer: aes256-cbc',
    `config-invalid: 10.0.0.1 and this ssh have no algorithm in common
  Unable to negotiate with 10.0.0.1 port 2222: no matching cipher found. Their offer: aes256-cbc`,
  ],
  [
    "an option that this ssh does not know, in the user's own file",
    `/home/u/.ssh/config: line 3: Bad configuration option: foo
/home/u/.ssh/config: terminating, 1 bad configuration options`,
    `config-invalid: ssh does not accept its configuration
  /home/u/.ssh/config: line 3: Bad configuration option: foo`,
  ],
  [
    'a jump host that is down',
    `ssh: connect to host gate port 22: Connection refused
Connection closed by UNKNOWN port 65535`,
    `connection-refused: gate:22 refused the connection
  ssh: connect to host gate port 22: Connection refused`,
  ],
  [
    'a jump host that cannot reach the target',
    `channel 0: open failed: connect failed: Connection refused
stdio forwarding failed
Connection closed by UNKNOWN port 65535`,
    `connection-refused: bastion refused the connection
  channel 0: open failed: connect failed: Connection refused`,
  ],
  [
    'a jump host that does not forward',
    `channel 0: open failed: administratively prohibited: open failed
stdio forwarding failed
kex_exchange_identification: Connection closed by remote host
Connection closed by UNKNOWN port 65535`,
    `forwarding-prohibited: bastion does not allow this forward
  channel 0: open failed: administratively prohibited: open failed`,
  ],
];

// Captured from kubectl 1.35 and, for the clouds, from their plugins' documentation and issues.
const kubectlTable: typeof sshTable = [
  [
    'a context that does not exist',
    'Error in configuration: context was not found for specified context: prod',
    `context-missing: The kube context prod does not exist
  Error in configuration: context was not found for specified context: prod`,
  ],
  [
    'a context that does not exist, in the words of newer versions',
    'error: context "prod" does not exist',
    `context-missing: The kube context prod does not exist
  error: context "prod" does not exist`,
  ],
  [
    'a broken kubeconfig',
    `error: error loading config file "/home/u/.kube/config": yaml: line 1: did not find expected ',' or '}'`,
    `config-invalid: The kubeconfig /home/u/.kube/config cannot be read
  error: error loading config file "/home/u/.kube/config": yaml: line 1: did not find expected ',' or '}'`,
  ],
  [
    'a service that does not exist',
    'Error from server (NotFound): services "postgres" not found',
    `resource-missing: service/postgres was not found in shop
  Error from server (NotFound): services "postgres" not found
  $ kubectl get services,pods -n shop --context prod`,
  ],
  [
    'a namespace that does not exist',
    'Error from server (NotFound): namespaces "nope" not found',
    `resource-missing: The namespace nope does not exist
  Error from server (NotFound): namespaces "nope" not found
  $ kubectl get namespaces --context prod`,
  ],
  [
    'a named port that the pod does not have',
    "error: pod 'postgres-0' does not have a named port 'grpc'",
    `config-invalid: The pod postgres-0 has no port grpc
  error: pod 'postgres-0' does not have a named port 'grpc'`,
  ],
  ...[
    ['error: pods "x" not found', 'resource-missing: service/postgres was not found in shop'],
    ['error: something new', 'exited: The tunnel ended (exit code 1)'],
    ['error: lost connection to pod', 'closed-by-remote: The other end closed the connection'],
  ].map(
    ([line = '', expected = '']) =>
      [
        `a plugin that renewed its token, and then: ${line}`,
        `10:06:21.259044 auth.go:73: You have an expired token at 2026-11-28 09:58:49 -0400 EDT
10:06:21.259088 auth.go:77: Refreshing the token
${line}`,
        `${expected}
  ${line}${expected.startsWith('resource') ? '\n  $ kubectl get services,pods -n shop --context prod' : ''}`,
      ] as const,
  ),
  [
    'a plugin whose error is followed by advice',
    `ERROR: (gcloud.config.config-helper) There was a problem refreshing your current auth tokens: Reauthentication failed.
Please run:
  $ gcloud auth login`,
    `credentials-expired: Signed out of prod
  ERROR: (gcloud.config.config-helper) There was a problem refreshing your current auth tokens: Reauthentication failed.
  $ gcloud auth login`,
  ],
  [
    'a service without pods',
    'error: timed out waiting for the condition',
    `no-ready-pod: No ready pod behind service/postgres
  error: timed out waiting for the condition
  $ kubectl get pods -n shop --context prod`,
  ],
  [
    'a pod that does not run',
    'error: unable to forward port because pod is not running. Current status=Pending',
    `no-ready-pod: No ready pod behind service/postgres
  error: unable to forward port because pod is not running. Current status=Pending
  $ kubectl get pods -n shop --context prod`,
  ],
  [
    'a port that the service does not have',
    'error: Service postgres does not have a service port 81',
    `config-invalid: The service postgres has no port 81
  error: Service postgres does not have a service port 81`,
  ],
  [
    'a forward that is forbidden',
    'Error from server (Forbidden): pods "postgres-0" is forbidden: User "dev" cannot create resource "pods/portforward" in API group "" in the namespace "shop"',
    `forbidden: You are not allowed to forward ports to service/postgres
  Error from server (Forbidden): pods "postgres-0" is forbidden: User "dev" cannot create resource "pods/portforward" in API group "" in the namespace "shop"
  $ kubectl auth can-i create pods/portforward -n shop --context prod`,
  ],
  [
    'a permission that is missing to find the pod',
    'Error from server (Forbidden): deployments.apps "web" is forbidden: User "dev" cannot get resource "deployments" in API group "apps" in the namespace "shop"',
    `forbidden: You are not allowed to get deployments.apps in shop
  Error from server (Forbidden): deployments.apps "web" is forbidden: User "dev" cannot get resource "deployments" in API group "apps" in the namespace "shop"
  $ kubectl auth can-i get deployments.apps -n shop --context prod`,
  ],
  [
    'a port that is UDP',
    'error: UDP protocol is not supported for 53',
    `config-invalid: Port 53 is UDP, and only TCP can be forwarded
  error: UDP protocol is not supported for 53`,
  ],
  [
    'a kubectl that lacks an option',
    'error: unknown flag: --append-server-path',
    `config-invalid: This kubectl is too old
  error: unknown flag: --append-server-path`,
  ],
  [
    'a service without a selector',
    "error: cannot attach to *v1.Service: invalid service 'legacy': Service is defined without a selector",
    `config-invalid: service/legacy has no selector, so kubectl finds no pod behind it
  error: cannot attach to *v1.Service: invalid service 'legacy': Service is defined without a selector`,
  ],
  [
    'a kubeconfig that does not exist',
    'error: stat /k/prod: no such file or directory',
    `file-missing: The file /k/prod does not exist
  error: stat /k/prod: no such file or directory`,
  ],
  [
    'rejected credentials',
    'error: You must be logged in to the server (Unauthorized)',
    `unauthorized: prod did not accept your credentials
  error: You must be logged in to the server (Unauthorized)`,
  ],
  [
    'rejected credentials, after the noise of discovery',
    `E1122 16:46:12.251722    3038 memcache.go:265] "Unhandled Error" err="couldn't get current server API group list: the server has asked for the client to provide credentials"
error: You must be logged in to the server (the server has asked for the client to provide credentials)`,
    `unauthorized: prod did not accept your credentials
  error: You must be logged in to the server (the server has asked for the client to provide credentials)`,
  ],
  [
    'rejected credentials, and a plugin that names the command',
    `The SSO session associated with this profile has expired or is otherwise invalid. Run aws sso login.
error: You must be logged in to the server (Unauthorized)`,
    `credentials-expired: Signed out of prod
  error: You must be logged in to the server (Unauthorized)
  $ aws sso login`,
  ],
  [
    'no credentials at all',
    'Please enter Username: error: EOF',
    `credentials-expired: Signed out of prod
  Please enter Username: error: EOF`,
  ],
  [
    'a credential plugin that is not installed',
    `Unable to connect to the server: getting credentials: exec: executable aws not found

It looks like you are trying to use a client-go credential plugin that is not installed.

To learn more about this feature, consult the documentation available at:
      https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins`,
    `plugin-missing: The credential plugin aws was not found
  Unable to connect to the server: getting credentials: exec: executable aws not found`,
  ],
  [
    'a plugin that was once built in',
    `error: The gcp auth plugin has been removed.
Please use the "gke-gcloud-auth-plugin" kubectl/client-go credential plugin instead.`,
    `plugin-missing: The credential plugin gke-gcloud-auth-plugin was not found
  error: The gcp auth plugin has been removed.`,
  ],
  [
    'AWS: an expired session that names the command',
    `The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO session run aws sso login with the corresponding profile.
Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 255`,
    `credentials-expired: Signed out of prod
  The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO session run aws sso login with the corresponding profile.
  $ aws sso login`,
  ],
  [
    'AWS: an expired session with its profile',
    `Error loading SSO Token: Token for work-prod does not exist. Run aws sso login --profile work-prod
Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 255`,
    `credentials-expired: Signed out of prod
  Error loading SSO Token: Token for work-prod does not exist. Run aws sso login --profile work-prod
  $ aws sso login --profile work-prod`,
  ],
  [
    'Google: a required sign-in',
    `ERROR: (gcloud.config.config-helper) There was a problem refreshing your current auth tokens: Reauthentication failed. cannot prompt during non-interactive execution.
Please run:

  $ gcloud auth login

Unable to connect to the server: getting credentials: exec: executable gke-gcloud-auth-plugin failed with exit code 1`,
    `credentials-expired: Signed out of prod
  ERROR: (gcloud.config.config-helper) There was a problem refreshing your current auth tokens: Reauthentication failed. cannot prompt during non-interactive execution.
  $ gcloud auth login`,
  ],
  [
    'Azure: a refresh token that has expired',
    `Error: failed to get token: expected an empty error but received: AADSTS700082: The refresh token has expired due to inactivity.
Unable to connect to the server: getting credentials: exec: executable kubelogin failed with exit code 1`,
    `credentials-expired: Signed out of prod
  Error: failed to get token: expected an empty error but received: AADSTS700082: The refresh token has expired due to inactivity.
  $ az login`,
  ],
  [
    'AWS: an unreachable endpoint, which is not an expired login',
    `Could not connect to the endpoint URL: "https://oidc.eu-west-1.amazonaws.com/token"
Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 255`,
    `host-unreachable: oidc.eu-west-1.amazonaws.com cannot be reached
  Could not connect to the endpoint URL: "https://oidc.eu-west-1.amazonaws.com/token"`,
  ],
  [
    'kubelogin: an issuer whose name cannot be resolved',
    `error: get-token: authentication error: oidc error: oidc discovery error: Get "https://idp.corp/.well-known/openid-configuration": dial tcp: lookup idp.corp: no such host
Unable to connect to the server: getting credentials: exec: executable kubectl failed with exit code 1`,
    `name-not-found: The name idp.corp was not found
  error: get-token: authentication error: oidc error: oidc discovery error: Get "https://idp.corp/.well-known/openid-configuration": dial tcp: lookup idp.corp: no such host`,
  ],
  [
    'kubelogin: a sign-in that timed out and is not repeated',
    `error: get-token: authentication error: authcode-browser error: authorization code flow error: authorization error: context deadline exceeded
Unable to connect to the server: getting credentials: exec: executable kubectl failed with exit code 1`,
    `credentials-expired: Signed out of prod
  error: get-token: authentication error: authcode-browser error: authorization code flow error: authorization error: context deadline exceeded`,
  ],
  [
    'an unknown plugin',
    'Unable to connect to the server: getting credentials: exec: executable corp-auth failed with exit code 3',
    `credentials-expired: Signed out of prod
  Unable to connect to the server: getting credentials: exec: executable corp-auth failed with exit code 3`,
  ],
  [
    'an API server that is not running',
    `E1122 16:52:07.628621    2822 memcache.go:265] "Unhandled Error" err="couldn't get current server API group list: Get \\"http://127.0.0.1:1/api?timeout=32s\\": dial tcp 127.0.0.1:1: connect: connection refused"
The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?`,
    `connection-refused: 127.0.0.1:1 refused the connection
  The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?`,
  ],
  [
    'an API server whose name cannot be resolved',
    'Unable to connect to the server: dial tcp: lookup cluster.invalid on 10.0.0.53:53: no such host',
    `name-not-found: The name cluster.invalid was not found
  Unable to connect to the server: dial tcp: lookup cluster.invalid on 10.0.0.53:53: no such host`,
  ],
  [
    'an API server for whose name no name server answers',
    'Unable to connect to the server: dial tcp: lookup cluster.test on 10.0.0.53:53: read udp 10.0.0.2:41000->10.0.0.53:53: i/o timeout',
    `name-not-found: No answer from DNS for cluster.test
  Unable to connect to the server: dial tcp: lookup cluster.test on 10.0.0.53:53: read udp 10.0.0.2:41000->10.0.0.53:53: i/o timeout`,
  ],
  [
    'an API server that cannot be reached',
    'Unable to connect to the server: dial tcp 10.1.2.3:443: connect: no route to host',
    `host-unreachable: 10.1.2.3 cannot be reached
  Unable to connect to the server: dial tcp 10.1.2.3:443: connect: no route to host`,
  ],
  [
    'an API server that is silent',
    'Unable to connect to the server: net/http: TLS handshake timeout',
    `timed-out: The other end did not answer in time
  Unable to connect to the server: net/http: TLS handshake timeout`,
  ],
  [
    'an untrusted certificate',
    'Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority',
    `certificate-invalid: The certificate of the API server is not trusted
  Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority`,
  ],
  [
    'a port that is taken',
    `Unable to listen on port 38709: Listeners failed to create with the following errors: [unable to create listener: Error listen tcp4 127.0.0.1:38709: bind: address already in use]
error: unable to listen on any of the requested ports: [{38709 5432}]`,
    `exited: The tunnel ended (its private port was taken)
  error: unable to listen on any of the requested ports: [{38709 5432}]`,
  ],
  [
    'a pod that disappeared',
    'error: lost connection to pod',
    `closed-by-remote: The other end closed the connection
  error: lost connection to pod`,
  ],
  [
    'a program in the pod that refuses, which ends kubectl',
    `E1122 16:52:07.275136    2787 portforward.go:424] "Unhandled Error" err="an error occurred forwarding 41513 -> 5432: error forwarding port 5432 to pod 4f1c2a, uid : failed to connect to localhost:5432 inside namespace \\"4f1c2a\\", IPv4: dial tcp4 127.0.0.1:5432: connect: connection refused"
error: lost connection to pod`,
    `target-refused: The tunnel is up, but the target refused the connection
  an error occurred forwarding 41513 -> 5432: error forwarding port 5432 to pod 4f1c2a, uid : failed to connect to localhost:5432 inside namespace "4f1c2a", IPv4: dial tcp4 127.0.0.1:5432: connect: connection refused`,
  ],
];

describe('the failure classifier', () => {
  it.each(sshTable)('recognizes for ssh: %s', (_, output, expected) => {
    expect(shown(causeOf(ssh, output))).toBe(expected);
  });

  it.each(kubectlTable)('recognizes for kubectl: %s', (_, output, expected) => {
    expect(shown(causeOf(kubectl, output))).toBe(expected);
  });

  it('does not promise a ready pod if the pod has finished', () => {
    const advice = (kind: 'pod' | 'service', phase: string): string => {
      const connection = kubectlConnection({ target: { kind, name: 'migrate' } });
      const line = `error: unable to forward port because pod is not running. Current status=${phase}`;
      const { code, title, remedy } = causeOf(connection, line);
      return `${code}: ${title}. ${remedy ?? ''}`;
    };
    expect([advice('pod', 'Succeeded'), advice('service', 'Failed'), advice('pod', 'Pending')]).toEqual([
      'no-ready-pod: pod/migrate has finished (Succeeded). ' +
        'A finished pod never runs again: forward to a new pod, or to its Deployment or Service',
      'no-ready-pod: The pod behind service/migrate has finished (Failed). LocalPort connects as soon as a pod is ready',
      'no-ready-pod: No ready pod behind pod/migrate. LocalPort connects as soon as a pod is ready',
    ]);
  });

  describe('on macOS', () => {
    const privacy: MacPrivacy = {
      platform: 'darwin',
      interfaces: () => officeLan,
      program: 'LocalPort',
      homeDirectory: '/Users/me',
    };
    const onMac = (connection: Connection, output: string): Cause => causeOf(connection, output, { privacy });
    const unreachable = (host: string, reason: string, before = ''): string =>
      onMac(ssh, `${before}\nssh: connect to host ${host} port 22: ${reason}`).code;

    it.each([
      ['192.168.1.5', 'No route to host', 'local-network-denied'],
      ['192.168.1.5', 'Network is unreachable', 'host-unreachable'],
      ['192.168.1.5', 'Network is down', 'host-unreachable'],
      ['192.168.1.5', 'Host is down', 'host-unreachable'],
      ['10.1.2.3', 'No route to host', 'host-unreachable'],
      ['nas.local', 'No route to host', 'host-unreachable'],
    ])('ssh to %s, "%s", is %s', (host, reason, code) => {
      expect(unreachable(host, reason)).toBe(code);
    });

    it.each([
      [
        'a key in a protected folder',
        ssh,
        'Load key "/Users/me/Documents/id_ed25519": Operation not permitted\nme@bastion: Permission denied (publickey).',
        '/Users/me/Documents/id_ed25519',
      ],
      [
        'a key on a volume that is named in the config',
        ssh,
        'Warning: Identity file /Volumes/keys/id not accessible: Operation not permitted.\nme@bastion: Permission denied (publickey).',
        '/Volumes/keys/id',
      ],
      [
        'a kubeconfig in a protected folder',
        kubectl,
        'error: error loading config file "/Users/me/Desktop/prod.yaml": open /Users/me/Desktop/prod.yaml: operation not permitted',
        '/Users/me/Desktop/prod.yaml',
      ],
    ])('says of %s that macOS does not let it be read', (_, connection, output, file) => {
      expect(onMac(connection, output)).toMatchObject({
        code: 'file-unreadable',
        title: `macOS does not let LocalPort read ${file}`,
        remedy:
          'Allow LocalPort in System Settings › Privacy & Security › Files and Folders, or move the file elsewhere, such as to ~/.config',
      });
    });

    it.each([
      ['/Users/me/.ssh/id', 'auth-failed'],
      ['/Users/me/Documents-old/id', 'auth-failed'],
    ])('says nothing of the kind of a key at %s', (file, code) => {
      const output = `Load key "${file}": Operation not permitted\nme@bastion: Permission denied (publickey).`;
      expect(onMac(ssh, output).code).toBe(code);
    });

    it("takes the address of a name from ssh's debug line", () => {
      const tried = 'debug1: Connecting to nas [192.168.1.5] port 22.';
      expect(unreachable('nas', 'No route to host', tried)).toBe('local-network-denied');
    });

    it.each([
      ['192.168.1.9:443: connect: no route to host', 'local-network-denied'],
      ['192.168.1.9:443: connect: network is unreachable', 'host-unreachable'],
      ['10.1.2.3:443: connect: no route to host', 'host-unreachable'],
    ])('kubectl that dials %s finds %s', (dialed, code) => {
      expect(onMac(kubectl, `Unable to connect to the server: dial tcp ${dialed}`).code).toBe(code);
    });

    it('names the program and the address, keeps retrying, and keeps held clients waiting', () => {
      const cause = onMac(ssh, 'ssh: connect to host 192.168.1.5 port 22: No route to host');
      expect(cause).toEqual({
        code: 'local-network-denied',
        title: 'macOS may not let LocalPort reach 192.168.1.5',
        evidence: 'ssh: connect to host 192.168.1.5 port 22: No route to host',
        remedy:
          'Check that the host is on; if it is, allow LocalPort in System Settings › Privacy & Security › Local Network',
        action: { kind: 'retry', label: 'Try Again' },
        recovery: 'backoff',
        triggers: ['network', 'wake', 'demand', 'config', 'user'],
        recheck: null,
        address: '192.168.1.5',
      });
      expect(turnsClientsAway(cause)).toBe(false);
    });
  });

  it('prefers a signal to any line, and treats exit code 0 as a signal', () => {
    const line = 'Permission denied (publickey).';
    expect(shown(causeOf(ssh, line, { exitCode: null, signal: 'SIGKILL' }))).toBe(
      'killed: The tunnel process was killed (SIGKILL)',
    );
    expect(shown(causeOf(kubectl, line, { exitCode: 0 }))).toBe(
      'killed: The tunnel process was killed (exit code 0)',
    );
    expect(causeOf(commandConnection(['tool']), '', { exitCode: 0 }).code).toBe('exited');
  });

  it('reports a program that cannot be started', () => {
    const failedStart = (connection: Connection, code: string): string => {
      const startError = { code, message: `spawn ${code}` };
      return shown(causeOf(connection, '', { exitCode: null, startError }));
    };
    expect(failedStart(kubectl, 'ENOENT')).toBe('binary-missing: kubectl was not found\n  spawn ENOENT');
    expect(failedStart(commandConnection(['/opt/tool', 'x']), 'ENOENT')).toBe(
      'binary-missing: /opt/tool was not found\n  spawn ENOENT',
    );
    expect(failedStart(ssh, 'EACCES')).toBe('config-invalid: ssh cannot be started (EACCES)\n  spawn EACCES');
    expect(failedStart(ssh, 'EAGAIN')).toBe(
      'exited: The tunnel ended (ssh could not be started: EAGAIN)\n  spawn EAGAIN',
    );
  });

  it('shows the last meaningful line of an unknown failure', () => {
    const output = `something odd\n@@@@@@@@@@@@\n\nHandling connection for 5432`;
    expect(shown(causeOf(kubectl, output, { exitCode: 3 }))).toBe(
      'exited: The tunnel ended (exit code 3)\n  something odd',
    );
    expect(shown(causeOf(ssh, ''))).toBe('exited: The tunnel ended (exit code 255)');
  });

  it('recognizes failures of programs that a command runs', () => {
    const denied = 'u@gate: Permission denied (publickey).';
    for (const ssh of ['ssh', '/usr/bin/ssh', 'tools/ssh'])
      expect(causeOf(commandConnection([ssh, '-N', 'gate']), denied).code).toBe('auth-failed');
    expect(causeOf(commandConnection(['kubectl', 'x']), 'Error from server (NotFound): x').code).toBe(
      'resource-missing',
    );
    for (const argv of [
      ['oc', 'x'],
      ['aws-vault', 'exec', 'prod', '--', 'kubectl', 'x'],
      ['/opt/bin/kubectl', 'port-forward', '-n', 'ssh', 'svc/ssh', '2222:22'],
    ] as const)
      expect(causeOf(commandConnection(argv), 'Error from server (NotFound): x').code).toBe(
        'resource-missing',
      );
    const tool = commandConnection(['cloud-sql-proxy']);
    expect(causeOf(tool, 'listen tcp 127.0.0.1:1: bind: address already in use').code).toBe('exited');
    expect(shown(causeOf(tool, "error: Please run 'az login' to set up an account."))).toContain(
      '$ az login',
    );
  });

  it('names the program of a command that is signed out, the error, and the command that signs in', () => {
    const aws = commandConnection(['/usr/bin/aws', 'ssm', 'start-session', '--profile', 'prod']);
    expect(
      shown(causeOf(aws, 'Error when retrieving token from sso: Token has expired and refresh failed')),
    ).toBe(
      'credentials-expired: Signed out of aws\n  Error when retrieving token from sso: Token has expired and refresh failed\n  $ aws sso login --profile prod',
    );
    const gcloud = `ERROR: (gcloud.compute.start-iap-tunnel) You do not currently have an active account selected.
Please run:

  $ gcloud auth login

to obtain new credentials.`;
    expect(shown(causeOf(commandConnection(['gcloud']), gcloud))).toBe(
      'credentials-expired: Signed out of gcloud\n  ERROR: (gcloud.compute.start-iap-tunnel) You do not currently have an active account selected.\n  $ gcloud auth login',
    );
    expect(shown(causeOf(commandConnection(['tsh', 'proxy', 'db']), 'ERROR: not logged in'))).toContain(
      '$ tsh login',
    );
    const google =
      'failed to initialize: google: could not find default credentials. See https://cloud.google.com/';
    expect(shown(causeOf(commandConnection(['cloud-sql-proxy']), google))).toContain(
      '$ gcloud auth application-default login',
    );
    const missing =
      'SessionManagerPlugin is not found. Please refer to SessionManager Documentation here: http://docs';
    expect(causeOf(aws, missing).title).toBe('session-manager-plugin was not found');
  });

  it('finds the reason at the end of a long line, and shows both ends', () => {
    const google = `2026/11/30 10:00:00 The proxy has encountered a terminal error: ${'unable to start: '.repeat(30)}oauth2: "invalid_grant" "reauth related error (invalid_rapt)"`;
    const { evidence, remedy } = causeOf(commandConnection(['cloud-sql-proxy', 'p:r:i']), google);
    expect(remedy).toContain('gcloud auth application-default login');
    expect(evidence).toMatch(/^2026\/11\/30 .*….* "reauth related error \(invalid_rapt\)"$/);
    expect(evidence).toHaveLength(300);
    const ofGcloud = commandConnection(['cloud-sql-proxy', '--gcloud-auth', 'p:r:i']);
    expect(causeOf(ofGcloud, google).remedy).toContain('run gcloud auth login');
  });

  it.each([
    ['tsh', 'ERROR: Active profile expired.'],
    ['cloud-sql-proxy', 'googleapi: Error 401: Request had invalid authentication credentials.'],
    ['aws-vault', 'operation error SSO: UnauthorizedException: Session token not found or invalid'],
  ])('recognizes that %s is signed out: %s', (program, line) => {
    expect(causeOf(commandConnection([program]), line).code).toBe('credentials-expired');
  });

  it('shows the first line of a message whose lines are all marked as errors', () => {
    const ngrok = `ERROR:  authentication failed: Your account is limited to 1 simultaneous ngrok agent sessions.
ERROR:  ERR_NGROK_108
ERROR:  https://ngrok.com/docs/errors/err_ngrok_108`;
    expect(causeOf(commandConnection(['ngrok']), `error: earlier\nretrying\n${ngrok}`).evidence).toBe(
      'ERROR: authentication failed: Your account is limited to 1 simultaneous ngrok agent sessions.',
    );
  });

  it.each([
    ['2026/11/30 10:00:00 socat[12] E bind(5, {AF=2 0.0.0.0:8443}, 16): Address already in use', 'port 8443'],
    ['listen tcp :9801: bind: address already in use', 'port 9801'],
    ['OSError: [Errno 98] Address already in use', 'a port'],
  ])('names the port that a command could not open: %s', (line, port) => {
    expect(causeOf(commandConnection(['socat']), line).title).toBe(
      `The tunnel ended (${port}, which it opens, is in use)`,
    );
  });

  it('says that ssh_config is to be corrected, not the config', () => {
    expect(causeOf(ssh, 'Bad owner or permissions on /root/.ssh/config').remedy).toContain('chmod 600');
    const unknown = `/c: line 3: Bad configuration option: foo\n/c: terminating, 1 bad configuration options`;
    expect(causeOf(ssh, unknown).remedy).toBe('Correct your ssh_config');
  });

  it('says how to keep a command that moves to the background', () => {
    expect(causeOf(commandConnection(['tool']), '', { exitCode: 0 }).remedy).toContain('in the foreground');
  });

  it('says which key to name if ssh offered too many, unless the config names one', () => {
    const tooMany = 'Received disconnect from 10.0.0.1 port 2222:2: Too many authentication failures';
    expect(causeOf(ssh, tooMany).remedy).toMatch(
      /^ssh offered too many keys: name the right one with key_file/,
    );
    const withKey = sshConnection({ host: 'bastion', keyFile: '/k' });
    expect(causeOf(withKey, tooMany).remedy).toMatch(/^Check the user and the key/);
  });

  it('names the host behind a proxy command that never connects', () => {
    expect(causeOf(ssh, 'Connection to UNKNOWN port 65535 timed out').title).toBe(
      'bastion did not answer in time',
    );
  });

  it('never shows a secret', () => {
    const withPassword = sshConnection({ password: 'hunter2' });
    const said = causeOf(
      withPassword,
      'odd: hunter2 and postgres://u:pw1@db/x and password=pw2 Bearer abcdefgh',
    );
    expect(said.evidence).toBe(
      'odd: [hidden] and postgres://u:[hidden]@db/x and password=[hidden] Bearer [hidden]',
    );
  });

  it.each([
    ['Name or service not known', 'Check the address: bastion connects to it, not this computer'],
    ['No route to host', 'Check the address: bastion connects to it, not this computer'],
    ['Connection timed out', 'Check the address: bastion connects to it, not this computer'],
    ['Temporary failure in name resolution', 'Check DNS on bastion, which looks the name up'],
  ])('says whose view it is if the ssh server reports: %s', (reason, remedy) => {
    const said = classifyComplaint(
      serviceWith(sshConnection({ host: 'bastion', remoteHost: 'db' })),
      `channel 3: open failed: connect failed: ${reason}`,
    );
    expect(said.remedy).toBe(remedy);
  });

  it('keeps evidence short', () => {
    expect(causeOf(kubectl, 'x'.repeat(5_000)).evidence).toHaveLength(300);
  });

  it.each<readonly [Connection, string, string]>([
    [
      sshConnection({ remoteHost: 'db', remotePort: 5432 }),
      'channel 3: open failed: connect failed: Connection refused',
      'target-refused: The tunnel is up, but db:5432 refused the connection',
    ],
    [
      sshConnection({ remoteHost: 'db' }),
      'channel 3: open failed: connect failed: Name or service not known',
      'name-not-found: The name db was not found',
    ],
    [
      sshConnection({ remoteHost: 'db' }),
      'channel 3: open failed: connect failed: Temporary failure in name resolution',
      'name-not-found: No answer from DNS for db',
    ],
    [
      sshConnection({ remoteHost: 'db' }),
      'channel 3: open failed: connect failed: Connection timed out',
      'timed-out: db did not answer in time',
    ],
    [
      sshConnection({ remoteHost: 'db' }),
      'channel 3: open failed: connect failed: No route to host',
      'host-unreachable: db cannot be reached',
    ],
    [
      sshConnection({ host: 'bastion' }),
      'channel 1: open failed: administratively prohibited: open failed',
      'forwarding-prohibited: bastion does not allow this forward',
    ],
    [
      kubectl,
      'an error occurred forwarding 41513 -> 5432: error forwarding port 5432 to pod x: connect: connection refused',
      'target-refused: The tunnel is up, but port 5432 of the pod behind service/postgres refused the connection',
    ],
    [
      kubectlConnection({ target: { kind: 'pod', name: 'web-0' } }),
      'error forwarding port 8080 to pod 4f1c2a, uid : failed to execute portforward in network namespace "/var/run/netns/cni-1": failed to connect to localhost:8080 inside namespace "4f1c2a", IPv4: dial tcp4 127.0.0.1:8080: connect: connection refused',
      'target-refused: The tunnel is up, but port 8080 of pod/web-0 refused the connection',
    ],
    [
      kubectl,
      'error forwarding port 5432 to pod 4f1c2a, uid : failed to find sandbox "4f1c2a" in store: not found',
      'no-ready-pod: The pod behind service/postgres was replaced',
    ],
    [
      kubectlConnection({ target: { kind: 'pod', name: 'web-0' } }),
      'error forwarding port 80 to pod 4f1c2a: sandbox container "4f1c2a" is not running',
      'no-ready-pod: pod/web-0 is gone',
    ],
    [
      kubectl,
      'error forwarding port 80 to pod 4f1c2a: container not running (4f1c2a)',
      'no-ready-pod: The pod behind service/postgres was replaced',
    ],
    [
      kubectl,
      'error forwarding port 80 to pod 4f1c2a, uid : network namespace for sandbox "4f1c2a" is closed',
      'no-ready-pod: The pod behind service/postgres was replaced',
    ],
    [
      kubectl,
      'error forwarding port 80 to pod 4f1c2a, uid : unable to do port forwarding: socat not found',
      "target-refused: The tunnel is up, but the pod's node refused the connection",
    ],
    [
      kubectl,
      'error forwarding port 80 to pod 4f1c2a, uid : rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"',
      "host-unreachable: The container runtime of the pod's node cannot be reached",
    ],
    [
      kubectl,
      'error dialing backend: dial tcp 10.0.0.5:10250: i/o timeout',
      "host-unreachable: The pod's node 10.0.0.5 cannot be reached",
    ],
    [tcpConnection(), 'odd', 'target-refused: The tunnel is up, but the target refused the connection'],
  ])('reads a complaint as one about the target: %#', (connection, line, expected) => {
    const { code, title, evidence } = classifyComplaint(serviceWith(connection), line);
    expect(`${code}: ${title}`).toBe(expected);
    expect(evidence).toBe(line);
  });
});

it('shows the line marked as an error, not the advice after it', () => {
  const cause = causeOf(
    commandConnection(['gcloud']),
    `ERROR: (gcloud.compute.start-iap-tunnel) The required property [project] is not currently set.
You may set it for your current workspace by running:

  $ gcloud config set project VALUE

or it can be set temporarily by the environment variable [CLOUDSDK_CORE_PROJECT]`,
  );
  expect(cause.evidence).toBe(
    'ERROR: (gcloud.compute.start-iap-tunnel) The required property [project] is not currently set.',
  );
});
