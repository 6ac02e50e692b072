import { afterEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../observability/logger.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { createSshAdapter } from './ssh-adapter.ts';
import type { SshConnection } from './ssh-command.ts';
import { FakeChild } from './testing/fake-child.ts';
import { serviceWith, sshConnection } from './testing/service-specs.ts';
import type { Tunnel } from './tunnel-adapter.ts';

let end = async (): Promise<void> => undefined;
afterEach(() => end());

function sshOnFakeChildren() {
  const children: FakeChild[] = [];
  const opened: Tunnel[] = [];
  end = async () => {
    const stopped = opened.map((tunnel) => tunnel.stop());
    for (const child of children) child.exit();
    await Promise.all(stopped);
  };
  const launcher: ChildLauncher = {
    launch: (request) => {
      const child = new FakeChild();
      children.push(child);
      return child.launch(request);
    },
  };
  const runtimeDirectory = '/nonexistent';
  const adapter = createSshAdapter({
    launcher,
    clock: new FakeClock(),
    startTimeoutMs: 30_000,
    runtimeDirectory,
  });
  let count = 0;
  const open = (given: Partial<SshConnection>) => {
    const service = serviceWith(sshConnection(given));
    const tunnel = adapter.open({ id: `t#${++count}`, service, log: silentLogger });
    opened.push(tunnel);
    return tunnel;
  };
  return { children, open };
}

describe('the ssh adapter', () => {
  it('begins six logins to one host at once, the next ones as those are through, in order', async () => {
    const { children, open } = sshOnFakeChildren();
    const tunnels = Array.from({ length: 9 }, () => open({ host: 'bastion' }));
    open({ host: 'elsewhere' });
    expect(children).toHaveLength(7);

    const socket = /-L (\S+\.sock):/.exec(children[0]?.requests[0]?.argv.join(' ') ?? '')?.[1] ?? '';
    children[0]?.say(`debug1: Local forwarding listening on path ${socket}.`);
    expect((await tunnels[0]!.ready).ok).toBe(true);
    // A login is through when its files are gone as well, which the disk decides.
    await vi.waitFor(() => {
      expect(children).toHaveLength(8);
    });

    children[1]?.exit({ exitCode: 255 });
    await vi.waitFor(() => {
      expect(children).toHaveLength(9);
    });
  });

  it('counts logins where they happen, and starts none that was stopped while it waited', async () => {
    const { children, open } = sshOnFakeChildren();
    for (let n = 0; n < 6; n++) open({ host: `target-${n}`, jump: ['me@bastion', 'inner'] });
    const waits = open({ host: 'target-6', jump: ['you@bastion'] });
    expect(children).toHaveLength(6);
    expect((await waits.stop()).cause).toBeNull();
    open({ host: 'target-7', jump: ['bastion'] });
    children[0]?.exit({ exitCode: 255 });
    await vi.waitFor(() => {
      expect(children.map((child) => child.requests[0]?.argv.at(-1))[6]).toBe('target-7');
    });
  });
});
