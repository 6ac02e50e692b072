import { expect, it } from 'vitest';
import { createMasterReader } from './ssh-output.ts';
import { serviceWith, sshConnection } from '../tunnel/testing/service-specs.ts';

const service = serviceWith(sshConnection({ remoteHost: 'db', remotePort: 5432 }));

/**
 * The meanings of a whole session, as `kind: line`, without chatter; and the refusals, as `refused PATH: line`.
 */
function meaningsOf(output: string, of = service): string[] {
  const found: string[] = [];
  const { read } = createMasterReader({
    service: of,
    controlPath: '/run/1.c',
    onRefusal: (path, line) => found.push(`refused ${path}: ${line}`),
    onListenRefused: ({ place, prohibition }) =>
      found.push(`cannot listen at ${place}: ${String(prohibition)}`),
  });
  let afterReady = false;
  for (const text of output.trim().split('\n')) {
    const { kind } = read({ stream: 'stderr', text, pid: null, afterReady });
    afterReady ||= kind === 'ready';
    if (kind !== 'chatter') found.push(`${kind}: ${text}`);
  }
  return found;
}

it('finds readiness, evidence and the refused connections in the output of a real ssh', () => {
  expect(
    meaningsOf(`
debug1: Reading configuration data /etc/ssh/ssh_config
debug1: Connecting to bastion [10.0.0.8] port 22.
Authenticated to bastion ([10.0.0.8]:22) using "publickey".
debug1: setting up multiplex master socket
debug1: channel 0: new mux listener [/run/1.c] (inactive timeout: 0)
debug1: Entering interactive session.
debug1: multiplexing control connection
debug1: Local forwarding listening on path /run/1.sock.
debug1: Connection to port -2 forwarding to /nonexistent port -2 requested.
debug1: channel 5: new direct-streamlocal@openssh.com [direct-streamlocal@openssh.com] (inactive timeout: 0)
channel 5: open failed: connect failed: open failed
debug1: channel 5: free: direct-streamlocal@openssh.com: listening port -2 for /nonexistent port -2, connect from  port 0 to /run/1.live port 0, nchannels 6
debug1: Connection to port -2 forwarding to 127.0.0.1 port 1 requested.
debug1: channel 5: new direct-tcpip [direct-tcpip] (inactive timeout: 0)
channel 5: open failed: connect failed: Connection refused
debug1: channel 1: free: direct-tcpip: listening port -2 for 127.0.0.1 port 34735, connect from  port 0 to /run/2.sock port 0, nchannels 6
debug1: channel 5: free: direct-tcpip: listening port -2 for 127.0.0.1 port 1, connect from  port 0 to /run/1.sock port 0, nchannels 5
Timeout, server bastion not responding.
Transferred: sent 3636, received 3360 bytes, in 4.6 seconds`),
  ).toEqual([
    'evidence: debug1: Connecting to bastion [10.0.0.8] port 22.',
    'ready: debug1: Entering interactive session.',
    'refused /run/1.live: channel 5: open failed: connect failed: open failed',
    'refused /run/1.sock: channel 5: open failed: connect failed: Connection refused',
    'evidence: Timeout, server bastion not responding.',
  ]);
});

it('treats a channel that fails before readiness as the failure of a jump host', () => {
  expect(meaningsOf('channel 0: open failed: connect failed: Connection refused')).toEqual([
    'evidence: channel 0: open failed: connect failed: Connection refused',
  ]);
});

it('reports when the first hop has answered, and does not mistake its session for ours', () => {
  const jumped = serviceWith(sshConnection({ jump: ['bastion'] }));
  expect(
    meaningsOf(
      `
debug1: Executing proxy command: exec ssh -o LogLevel=DEBUG1 -W '[target]:22' -- bastion
debug1: Connecting to bastion [10.0.0.8] port 22.
debug1: Connection established.
debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1
Authenticated to bastion ([10.0.0.8]:22) using "publickey".
debug1: Entering interactive session.
debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1
Authenticated to target (via proxy) using "publickey".
debug1: Entering interactive session.`,
      jumped,
    ).map((meaning) => meaning.split(': ')[0]),
  ).toEqual(['evidence', 'answered', 'answered', 'hop-passed', 'answered', 'ready']);
});

it('attributes no refusal to a channel whose end was among dropped lines', () => {
  expect(
    meaningsOf(`
debug1: Entering interactive session.
channel 3: open failed: administratively prohibited: open failed
debug1: channel 3: new direct-tcpip [direct-tcpip] (inactive timeout: 0)
debug1: channel 4: free: direct-tcpip: listening port -2 for db port 1, connect from  port 0 to /run/2.sock port 0, nchannels 5`),
  ).toEqual(['ready: debug1: Entering interactive session.']);
});

it("counts clients of its own sockets and of the server's ports", () => {
  const { read, isUnused } = createMasterReader({
    service,
    controlPath: '/run/1.c',
    onRefusal: () => undefined,
    onListenRefused: () => undefined,
  });
  const isUnusedAfter = (text: string): boolean => {
    read({ stream: 'stderr', text, pid: null, afterReady: true });
    return isUnused();
  };
  expect(
    [
      'debug1: channel 2: new mux-control [mux-control] (inactive timeout: 0)',
      'debug1: channel 3: new direct-tcpip [direct-tcpip] (inactive timeout: 0)',
      'debug1: channel 3: free: direct-tcpip: listening port -2 for db port 1, connect from  port 0 to /run/1.sock port 0, nchannels 3',
      'debug1: channel 3: new forwarded-tcpip [127.0.0.1] (inactive timeout: 0)',
      'debug1: channel 4: new forwarded-streamlocal@openssh.com [forwarded-streamlocal] (inactive timeout: 0)',
      'debug1: channel 3: free: 127.0.0.1, nchannels 3',
      'debug1: channel 4: free: forwarded-streamlocal, nchannels 2',
    ].map(isUnusedAfter),
  ).toEqual([true, false, true, false, false, false, true]);
});

it('finds why a server does not listen: it forbids that, or the address is in use', () => {
  expect(
    meaningsOf(`
debug1: Remote: /home/me/.ssh/authorized_keys:1: key options: port-forwarding
debug1: Entering interactive session.
debug1: Remote: Server has disabled port forwarding.
debug1: mux_confirm_remote_forward: failure for: listen 8080, connect /run/1.sock:-2
mux_confirm_remote_forward: remote port forwarding failed for listen port 8080
debug1: mux_confirm_remote_forward: failure for: listen 8081, connect /run/1.sock:-2
mux_confirm_remote_forward: remote port forwarding failed for listen port 8081
debug1: Remote: port forwarding refused
mux_confirm_remote_forward: remote port forwarding failed for listen path /run/a b.sock
debug1: Remote: Forwarding listen address "127.0.0.1" overridden by server GatewayPorts
debug1: mux_confirm_remote_forward: success for: listen 8082, connect /run/1.sock:-2`),
  ).toEqual([
    'ready: debug1: Entering interactive session.',
    'cannot listen at 8080: Server has disabled port forwarding.',
    'cannot listen at 8081: null',
    'cannot listen at /run/a b.sock: port forwarding refused',
  ]);
});

it('knows when a login waits for its agent', () => {
  const accepted = 'debug1: Server accepts key: /home/u/.ssh/id ED25519 SHA256:x';
  const { read, agentRequest } = createMasterReader({
    service,
    controlPath: '/run/1.c',
    onRefusal: () => undefined,
    onListenRefused: () => undefined,
  });
  const requests = [
    'debug1: SSH2_MSG_NEWKEYS received',
    'debug1: rekey in after 134217728 blocks',
    'debug1: Will attempt key: /home/u/.ssh/id ED25519 SHA256:x agent',
    'debug1: SSH2_MSG_SERVICE_ACCEPT received',
    accepted,
    `${accepted} agent`,
    'debug1: Enabling compression at level 6.',
  ].map((text) => {
    read({ stream: 'stderr', text, pid: null, afterReady: false });
    return agentRequest();
  });
  const signature = { signatureWith: '/home/u/.ssh/id ED25519 SHA256:x' };
  expect(requests).toEqual(['keys', 'keys', null, null, null, signature, null]);
});
