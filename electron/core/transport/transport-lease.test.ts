/** Which context a service uses, and when that changes: see the pin in `transport-lease.ts`. */
import { describe, expect, it } from 'vitest';
import type { Connection, ServiceSpec } from '../../../shared/service-spec.ts';
import { kubectlConnection, serviceWith, sshConnection } from '../tunnel/testing/service-specs.ts';
import type { ContextPin } from './context-pin.ts';
import { type LeasedTransport, TransportLease } from './transport-lease.ts';

const service = (connection: Connection = kubectlConnection()): ServiceSpec => serviceWith(connection);

/** A kubeconfig, one lease, and its events, in order. */
class Play {
  files: readonly string[] = ['/home/me/.kube/config'];
  context: string | null = 'prod';
  readonly pinned = new Set<TransportLease>();
  readonly happened: string[] = [];
  readonly lease = new TransportLease(
    {
      onDown: ({ code }) => void this.happened.push(`down: ${code}`),
      onUp: () => void this.happened.push('up'),
      onSuspected: () => undefined,
      onRenewed: () => undefined,
      onMoved: () => void this.happened.push('moved'),
      clientsWait: () => false,
    },
    {
      find: (_, key): LeasedTransport => ({
        key,
        downFor: () => null,
        nextTryAt: null,
        join: () => void this.happened.push(`joins ${key.name}`),
        leave: () => void this.happened.push(`leaves ${key.name}`),
        changed: () => void this.happened.push('changed'),
        demand: () => undefined,
      }),
      pin: ({ connection }): ContextPin | null =>
        connection.technology === 'kubectl' && connection.context === null
          ? {
              files: connection.kubeconfig === null ? this.files : [connection.kubeconfig],
              context: this.context,
            }
          : null,
      pinned: this.pinned,
    },
  );

  take(): readonly string[] {
    return this.happened.splice(0);
  }

  get contextInUse(): string | null {
    const connection = this.lease.service?.connection;
    return connection?.technology === 'kubectl' ? connection.context : null;
  }
}

function on(spec = service()): Play {
  const play = new Play();
  play.lease.take(spec);
  play.take();
  return play;
}

describe('a service without a context', () => {
  it('uses the one that is current when it is turned on', () => {
    const play = new Play();
    play.lease.take(service());
    expect([play.take(), play.contextInUse]).toEqual([['joins kubernetes prod'], 'prod']);
  });

  it('keeps it when another one becomes current, and reports which', () => {
    const play = on();
    play.context = 'staging';
    play.lease.checkContext();
    expect([play.take(), play.contextInUse, play.lease.otherContext]).toEqual([[], 'prod', 'staging']);
    play.context = 'prod';
    play.lease.checkContext();
    expect(play.lease.otherContext).toBeNull();
  });

  it('keeps it while none is current, or the kubeconfig cannot be read', () => {
    const play = on();
    play.context = null;
    play.lease.checkContext();
    expect([play.take(), play.contextInUse, play.lease.otherContext]).toEqual([[], 'prod', null]);
  });

  it('keeps it while it is idle and leases nothing', () => {
    const play = on();
    const spec = play.lease.service;
    const given = service();
    play.lease.take(given);
    play.take();
    play.lease.take(given, false);
    expect([play.take(), play.pinned.size, play.lease.service]).toEqual([
      ['leaves kubernetes prod'],
      1,
      spec,
    ]);
    play.context = 'staging';
    play.lease.checkContext();
    play.lease.take(given);
    expect([play.take(), play.contextInUse, play.lease.otherContext]).toEqual([
      ['joins kubernetes prod'],
      'prod',
      'staging',
    ]);
    play.lease.take(null);
    expect(play.pinned.size).toBe(0);
  });

  it('moves when it is turned off and on', () => {
    const play = on();
    play.context = 'staging';
    play.lease.checkContext();
    play.lease.take(null);
    expect([play.lease.otherContext, play.lease.service]).toEqual([null, null]);
    play.lease.take(service());
    expect(play.take()).toEqual(['leaves kubernetes prod', 'joins kubernetes staging']);
    expect([play.contextInUse, play.lease.otherContext]).toEqual(['staging', null]);
  });

  it('keeps it when the service is edited', () => {
    const play = on();
    play.context = 'staging';
    play.lease.checkContext();
    play.lease.take(service(kubectlConnection({ remotePort: 80 })));
    expect([play.take(), play.contextInUse, play.lease.otherContext]).toEqual([
      ['changed'],
      'prod',
      'staging',
    ]);
  });

  it('moves, and notifies its forward, when another kubeconfig is used', () => {
    const play = on();
    play.files = ['/home/me/work.yaml'];
    play.context = 'work';
    play.lease.checkContext();
    expect(play.take()).toEqual(['leaves kubernetes prod', 'joins kubernetes work', 'moved']);
    expect([play.contextInUse, play.lease.otherContext]).toEqual(['work', null]);
  });

  it('does not move when another kubeconfig has the same context: its session checks for itself', () => {
    const play = on();
    play.files = ['/home/me/work.yaml'];
    play.lease.checkContext();
    expect([play.take(), play.contextInUse]).toEqual([[], 'prod']);
    // From now on it keeps that one.
    play.context = 'staging';
    play.lease.checkContext();
    expect([play.take(), play.lease.otherContext]).toEqual([[], 'staging']);
  });

  it('gets one as soon as there is one', () => {
    const play = new Play();
    play.context = null;
    play.lease.take(service());
    expect([play.take(), play.contextInUse]).toEqual([['joins kubernetes (current context)'], null]);
    play.context = 'prod';
    play.lease.checkContext();
    expect([play.take().at(-1), play.contextInUse]).toEqual(['moved', 'prod']);
  });

  it('moves with an edit that names another kubeconfig', () => {
    const play = on();
    play.context = 'work';
    play.lease.take(service(kubectlConnection({ kubeconfig: '/home/me/work.yaml' })));
    expect(play.contextInUse).toBe('work');
    expect(play.take()).toEqual(['leaves kubernetes prod', 'joins kubernetes work in /home/me/work.yaml']);
  });
});

describe('a service that names its context', () => {
  it("ignores kubectl's current context", () => {
    const play = on(service(kubectlConnection({ context: 'prod' })));
    play.context = 'staging';
    play.files = ['/elsewhere'];
    play.lease.checkContext();
    expect([play.take(), play.contextInUse, play.lease.otherContext]).toEqual([[], 'prod', null]);
  });

  it('drops its pinned context when it names one itself, and uses the current one when it no longer does', () => {
    const play = on();
    play.context = 'staging';
    play.lease.take(service(kubectlConnection({ context: 'dev' })));
    expect([play.contextInUse, play.lease.otherContext]).toEqual(['dev', null]);
    play.lease.take(service());
    expect(play.contextInUse).toBe('staging');
  });
});

it('leases nothing for a service that shares nothing, and does nothing when nothing has changed', () => {
  const play = new Play();
  const ssh = service(sshConnection());
  play.lease.take(ssh);
  play.lease.take(ssh);
  play.lease.checkContext();
  expect(play.take()).toEqual(['joins ssh bastion']);
  play.lease.take(service({ technology: 'tcp', host: 'db', remotePort: 1 }));
  expect([play.take(), play.lease.down, play.lease.note, play.lease.isCertain, play.lease.nextTryAt]).toEqual(
    [['leaves ssh bastion'], null, null, false, null],
  );
});
