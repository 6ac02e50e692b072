/**
 * The output of the commands that use a host, word for word: from a real daemon with real services, in every format,
 * including failures. The texts are in testing/golden; `npx vitest run --project integration -u` renews them.
 */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../e2e/fixtures/eventually.ts';
import { GoldenWorld } from './testing/golden-world.ts';
import { openMetricsBreaches } from './testing/open-metrics-rules.ts';

// A wrong option: cspell:ignore colour
let world: GoldenWorld;

beforeAll(async () => {
  world = await GoldenWorld.open();
}, 60_000);

afterAll(() => world.close());

const golden = (name: string): string => `testing/golden/${name}.txt`;

interface Service {
  readonly name: string;
  readonly phase: string;
  readonly health: string;
  readonly pid: number | null;
  readonly restarts: number;
}

async function servicesOf(...names: readonly string[]): Promise<readonly Service[]> {
  const { out } = await world.user.run('status', '-o', 'json', ...names);
  return (JSON.parse(out) as { readonly services: readonly Service[] }).services;
}

const allAreHealthy = async (): Promise<boolean> =>
  (await servicesOf('ssh', 'kubectl', 'http', 'command')).every(
    ({ phase, health }) => phase === 'up' && health === 'healthy',
  );

// In this order: each finds the daemon in the state that the one before has left, with four services up.
describe('golden output with a host', () => {
  it('start: of services, which starts the daemon', async () => {
    const seen = world.transcript();
    await seen.run(
      'start --tag near --wait',
      'start ssh kubectl --wait',
      'start --all --wait --timeout 2s',
      'start ssh kubctl',
      'start http dead --wait --timeout 2s -o json',
      'start ssh kubectl --wait -o text',
      'start --all -q',
      'stop dead',
    );
    await expect(seen.toString()).toMatchFileSnapshot(golden('start'));
  });

  it('start: on another port for this run', async () => {
    const { ports } = world;
    const seen = world.transcript();
    await seen.run(
      `start http --port ${ports.spare} --wait`,
      'status http -o text',
      `start command --port ${ports.spare}`,
      `start command --port ${ports.ssh}`,
      'start http',
      'stop http',
      'start http --port auto',
      'start http --wait',
      'start nobody --port auto',
      'start http command --port auto',
      'start --all --port auto',
      'start http --port 70000',
      'start http --port many',
    );
    await expect(seen.toString()).toMatchFileSnapshot(golden('start-port'));
  });

  it('status: of services that are up', async () => {
    await eventually('all are healthy', allAreHealthy);
    const seen = world.transcript();
    await seen.run(
      'status',
      'status ssh http -o json',
      'status -o text',
      'status http --tag near',
      'status --tag near --tag far -o text',
      'status --tag nobody -o json',
      'status --tag near -t nobody -t nowhere',
      'status htpp ssh',
    );
    await expect(seen.toString()).toMatchFileSnapshot(golden('status'));
  });

  it('status: of a service in trouble, and of a config that is broken', async () => {
    const seen = world.transcript();
    await seen.run('start dead --wait --timeout 2s', 'status', 'status dead -o json', 'status dead -o text');
    writeFileSync(world.user.configFile, 'services: {}\n');
    await seen.run('daemon reload', 'daemon reload -o json', 'status ssh -o text', 'daemon status');
    world.writeConfig();
    await seen.run('daemon reload', 'daemon reload -o json', 'stop dead');
    await expect(seen.toString()).toMatchFileSnapshot(golden('trouble'));
  });

  it('stop, restart and toggle', async () => {
    const seen = world.transcript();
    await seen.run(
      'stop ssh nobody',
      'stop http ssh -o json',
      'stop --tag near -o text',
      'stop --tag nobody',
      'stop --tag nobody --tag near',
      'restart ssh kubectl',
      'start ssh http command --wait',
      'restart ssh kubctl -o json',
      'restart kubectl -o text',
      'toggle kubectl http nobody',
      'toggle kubectl http -o json',
      'toggle --tag near -o text',
      'toggle --tag near --tag nobody',
    );
    await expect(seen.toString()).toMatchFileSnapshot(golden('stop-restart-toggle'));
    await eventually('all are healthy again', allAreHealthy);
  });

  it('command lines that make no sense', async () => {
    const seen = world.transcript();
    await seen.run(
      'start',
      'start --all ssh',
      'stop --tag near --all',
      'start ssh --timeout soon',
      'status --watch --interval 0x1',
      'status -o yaml',
      'logs -n many',
      'logs --since never',
      'daemon start --foreground --menu-bar',
      'cluster events -n few',
      'config validate one.yaml two.yaml',
      'completion tcsh',
      'daemon strat',
      'strat',
      '--log-level loud status',
      '--colour status',
    );
    await expect(seen.toString()).toMatchFileSnapshot(golden('usage'));
  });

  it('logs', async () => {
    await world.user.run('stop', 'http');
    await world.user.run('start', 'http', '--wait');
    const seen = world.transcript();
    await seen.run(
      'logs http -n 3',
      'logs http -n 3 -o json',
      'logs http -n 3 -o text',
      'logs http --since 10m --grep STOPPING -n 1',
      'logs http --until 2020-01-01',
      'logs http nobody',
      'logs --path',
      'logs http --path -o json',
      'logs --service http --path -o text',
      'logs --location',
      'logs --location -o json',
      'logs --list',
      'logs --list -o json',
      'logs --list -o text',
    );
    await expect(seen.toString()).toMatchFileSnapshot(golden('logs'));
  });

  it('services added, changed and removed in the config that runs', async () => {
    const { ports } = world;
    const seen = world.transcript();
    await seen.run(
      `add tcp 127.0.0.1:${ports.echo} --name more --local-port ${ports.spare} --test`,
      `add tcp 127.0.0.1:1 --name closed --local-port ${ports.dead} --test`,
      `add ssh 127.0.0.1 127.0.0.1:${ports.echo} --ssh-port ${ports.sshd} --name more --local-port ${ports.http}`,
      `add tcp 127.0.0.1:${ports.echo} --name more --local-port ${ports.http}`,
      'edit more --name most --tag new',
      'edit most --set enabled=false -o json',
      'status most -o text',
      'remove most --yes',
      'undo',
      'undo -q',
      'undo',
      'undo',
      'undo',
    );
    await expect(seen.toString()).toMatchFileSnapshot(golden('editing-with-host'));
  });

  it('metrics, with the recovery of a service whose tunnel was killed', async () => {
    await world.user.run('daemon', 'restart');
    await eventually('all are healthy', allAreHealthy);
    const before = await world.user.run('metrics');
    expect(openMetricsBreaches(before.out)).toEqual([]);
    const seen = world.transcript();
    // One that is up and one that is off: the others differ only by their names.
    seen.add('metrics', {
      ...before,
      out: before.out.replaceAll(/^.*service="(kubectl|http|command)".*\n/gm, ''),
    });
    await expect(seen.toString()).toMatchFileSnapshot(golden('metrics'));
    const [ssh] = await servicesOf('ssh');
    process.kill(ssh?.pid ?? 0, 'SIGKILL');
    await eventually('ssh has recovered', async () => {
      const [now] = await servicesOf('ssh');
      return now?.health === 'healthy' && now.restarts === (ssh?.restarts ?? 0) + 1;
    });
    const { out } = await world.user.run('metrics');
    expect(openMetricsBreaches(out)).toEqual([]);
    expect(out).toContain('localport_recovery_seconds_count{service="ssh"} 1\n');
    expect(out).toContain('localport_recovery_seconds_bucket{service="ssh",le="+Inf"} 1\n');
    expect(out).toMatch(/^localport_recovery_seconds_sum\{service="ssh"\} \d+\.\d+$/m);
    expect(out).toContain('localport_recovery_seconds_count{service="http"} 0\n');
  });

  it('the daemon itself', async () => {
    const seen = world.transcript();
    await seen.run(
      'daemon start',
      'daemon start -o json',
      'daemon start --menu-bar',
      'daemon start --foreground',
      'daemon status',
      'daemon status -o json',
      'daemon status -v',
      'daemon restart',
      'daemon restart -o json',
      'daemon stop',
      'daemon stop',
      'daemon stop -o json',
      'daemon status',
      'daemon status -o json',
      'daemon start -v',
      'daemon stop -o json',
      'daemon start -o json',
      'daemon stop --force',
      'daemon start -q',
      'daemon stop -q',
    );
    writeFileSync(world.user.configFile, 'services: {}\n');
    await seen.run('daemon start', 'daemon stop -q');
    world.writeConfig();
    await expect(seen.toString()).toMatchFileSnapshot(golden('daemon'));
  });
});
