import { expect, it } from 'vitest';
import { createSshReader } from './ssh-output.ts';
import { serviceWith, sshConnection } from './testing/service-specs.ts';

const service = serviceWith(sshConnection({ remoteHost: 'db', remotePort: 5432 }));

/** The meanings of a whole session, as `kind: line`, chatter left out. */
function meaningsOf(output: string, of = service): string[] {
  const read = createSshReader(of, '/run/1.sock');
  let afterReady = false;
  return output
    .trim()
    .split('\n')
    .flatMap((text) => {
      const { kind } = read({ stream: 'stderr', text, pid: null, afterReady });
      afterReady ||= kind === 'ready';
      return kind === 'chatter' ? [] : [`${kind}: ${text}`];
    });
}

it('finds readiness, complaints and evidence in what a real ssh said', () => {
  expect(
    meaningsOf(`
debug1: Reading configuration data /etc/ssh/ssh_config
debug1: Connecting to bastion [10.0.0.8] port 22.
Authenticated to bastion ([10.0.0.8]:22) using "publickey".
debug1: Local forwarding listening on path /run/1.live.
debug1: channel 0: new unix-listener [unix listener] (inactive timeout: 0)
debug1: Local connections to /run/1.sock:-2 forwarded to remote address db:5432
debug1: Local forwarding listening on path /run/1.sock.
debug1: Entering interactive session.
debug1: channel 3: new direct-streamlocal@openssh.com [direct-streamlocal@openssh.com] (inactive timeout: 0)
channel 3: open failed: connect failed: open failed
debug1: channel 3: new direct-tcpip [direct-tcpip] (inactive timeout: 0)
channel 3: open failed: connect failed: Connection refused
Timeout, server bastion not responding.
Transferred: sent 3636, received 3360 bytes, in 4.6 seconds`),
  ).toEqual([
    'evidence: debug1: Connecting to bastion [10.0.0.8] port 22.',
    'ready: debug1: Local forwarding listening on path /run/1.sock.',
    'complaint: channel 3: open failed: connect failed: Connection refused',
    'evidence: Timeout, server bastion not responding.',
  ]);
});

it('takes a channel that fails before readiness for the failure of a jump host', () => {
  expect(meaningsOf('channel 0: open failed: connect failed: Connection refused')).toEqual([
    'evidence: channel 0: open failed: connect failed: Connection refused',
  ]);
});

it('gives up a tunnel whose only target the server does not allow', () => {
  expect(
    meaningsOf(`
debug1: Local forwarding listening on path /run/1.sock.
debug1: channel 3: new direct-tcpip [direct-tcpip] (inactive timeout: 0)
channel 3: open failed: administratively prohibited: open failed`).at(-1),
  ).toBe('fatal: channel 3: open failed: administratively prohibited: open failed');
});

it('blames the target for no channel that it did not see open, as lines of a flood are dropped', () => {
  expect(
    meaningsOf(`
debug1: Local forwarding listening on path /run/1.sock.
channel 3: open failed: administratively prohibited: open failed
debug1: channel 4: new direct-streamlocal@openssh.com [direct-streamlocal@openssh.com] (inactive timeout: 0)
debug1: channel 4: new direct-tcpip [direct-tcpip] (inactive timeout: 0)
channel 4: open failed: connect failed: Connection refused`).slice(1),
  ).toEqual(['complaint: channel 4: open failed: connect failed: Connection refused']);
});

it('tells when the first hop has answered, and takes its session for no session of ours', () => {
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
debug1: Local forwarding listening on path /run/1.sock.
debug1: Entering interactive session.`,
      jumped,
    ).map((meaning) => meaning.slice(0, 40)),
  ).toEqual(
    [
      'evidence: debug1: Connecting to bastion [',
      'answered: debug1: Connection established',
      'answered: debug1: Remote protocol versio',
      'let-in: Authenticated to bastion ([10.0.0.8]:22)',
      'answered: debug1: Remote protocol versio',
      'ready: debug1: Local forwarding listening',
    ].map((meaning) => meaning.slice(0, 40)),
  );
});

it('gives up a session that begins without the listener', () => {
  expect(
    meaningsOf(`
unix_listener: cannot bind to path /run/1.sock: No such file or directory
debug1: Entering interactive session.`),
  ).toEqual([
    'evidence: unix_listener: cannot bind to path /run/1.sock: No such file or directory',
    'fatal: debug1: Entering interactive session.',
  ]);
});
