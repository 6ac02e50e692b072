/**
 * The output of the commands that need no host, word for word: without a running host, about the config, and about ssh
 * and clusters, through the real ssh and kubectl. The texts are in testing/golden.
 */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { systemClock as clock } from '../core/clock.ts';
import { configJsonSchema } from './config-json-schema.ts';
import { GoldenWorld } from './testing/golden-world.ts';

let world: GoldenWorld;

beforeAll(async () => {
  world = await GoldenWorld.open();
}, 60_000);

afterAll(() => world.close());

const dayMs = 24 * 60 * 60 * 1_000;

const sshConfig = `Host bastion
  LocalForward 5432 db.internal:5432
  LocalForward 127.0.0.1:8080 web.internal:80
Host plain
  User me
`;

const golden = (name: string): string => `testing/golden/${name}.txt`;

describe('golden output without a host', () => {
  it('what is last known of services, and who does not answer', async () => {
    const seen = world.transcript();
    await seen.run(
      'status',
      'status http -o json',
      'status -o text',
      'status nobody',
      'status --watch',
      'logs',
      'logs -f http',
      'logs nobody',
      'logs --list',
      'logs --list -o json',
      'logs http --path',
      'stop --all',
      'restart http',
      'toggle http',
      'metrics',
      'daemon status',
      'daemon status -o json',
      'daemon stop',
      'daemon reload',
    );
    await expect(seen.toString()).toMatchFileSnapshot(golden('without-host'));
  });

  it('the documentation', async () => {
    const seen = world.transcript();
    await seen.run(
      'docs',
      'docs -o json',
      'docs from-0.3.7',
      'docs confg',
      'docs nothing',
      'docs json metrics',
    );
    await expect(seen.toString()).toMatchFileSnapshot(golden('docs'));
  });

  it('the config', async () => {
    const seen = world.transcript();
    await seen.run(
      'config path',
      'config path -o json',
      'config validate',
      'config validate -o json',
      'config export',
      'config init',
      'config init -c new.yaml',
      'config init -c newer.yaml -o json',
      'config validate new.yaml',
      'config validate missing.yaml',
    );
    world.writeConfig(
      '  - { name: ssh, technology: tpc, local_port: 70000, tag: [x] }\n  - { name: url, technology: tcp, local_port: 7001, remote_port: 80, connection: { host: http://db:80 } }\n',
    );
    await seen.run('config validate', 'config validate -o json', 'config export', 'status', 'status -o json');
    world.writeConfig('    conection: {}\n');
    await seen.run('config validate', 'config validate -o json');
    rmSync(world.user.configFile);
    await seen.run('config path', 'config path -o json', 'config validate', 'status', 'status -o json');
    world.writeConfig();
    await expect(seen.toString()).toMatchFileSnapshot(golden('config'));
  });

  it('the exported config is the same as YAML and as JSON', async () => {
    const [yaml, json] = [
      await world.user.run('config', 'export'),
      await world.user.run('config', 'export', '-o', 'json'),
    ];
    expect(JSON.parse(json.out)).toEqual(parse(yaml.out));
  });

  it('services added, changed and removed in the file', async () => {
    const { ports } = world;
    const seen = world.transcript();
    await seen.run(
      `add kube svc/postgres --context prod --namespace db --port 5432 --name pg --local-port ${ports.spare} --dry-run`,
      `add tcp db.example.com:5432 --local-port ${ports.spare} --tag far`,
      `add tcp db.example.com:5432 --local-port ${ports.spare}`,
      `add tcp db.example.com:5432 --name http --local-port 70000`,
      `add tcp db.example.com:5432 --name http --local-port ${ports.spare} --dry-run -o json`,
      'add tcp db.example.com',
      'add kube a/b/c --port 1',
      'add kube',
      'add ssh bastion',
      'edit db --name database --set health_check.interval=5s --unset tags',
      'edit database --name database',
      'edit database --check tpc',
      'edit database --set enabled=false --dry-run',
      'edit database',
      'edit nobody --name x',
      'edit database --set x',
      'remove database',
      'remove database --yes',
      'remove database --yes',
      'undo',
      'undo -o json',
      'undo',
      'undo',
      'config validate',
    );
    await expect(seen.toString()).toMatchFileSnapshot(golden('editing'));
  });

  it('the config as JSON Schema is the same in every format', async () => {
    const schema = await world.user.run('config', 'schema');
    expect(schema).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(schema.out)).toEqual(configJsonSchema());
    expect(await world.user.run('config', 'schema', '-o', 'json')).toEqual(schema);
  });

  it('ssh: tests, checks and proposals', async () => {
    const seen = world.transcript();
    await seen.run(
      'ssh validate',
      'ssh validate -o json',
      'ssh validate -o text',
      'ssh test',
      'ssh test -o json',
      'ssh test -o text',
      'ssh test http',
      'import ssh',
    );
    const file = path.join(world.user.home, 'ssh_config');
    writeFileSync(file, sshConfig, { mode: 0o600 });
    await seen.run(
      `import ssh --file ${file}`,
      `import ssh --file ${file} -o json`,
      `import ssh --file ${file} --write`,
      `import ssh --file ${file} --write -c ssh.yaml`,
      'config validate',
      'config validate ssh.yaml',
    );
    world.writeConfig();
    await world.sshd.stop();
    await seen.run('ssh test', 'ssh test -o json');
    await world.sshd.start();
    await expect(seen.toString()).toMatchFileSnapshot(golden('ssh'));
  });

  it('clusters: state, pods, events and proposals', async () => {
    const { kube } = world;
    const seen = world.transcript();
    await seen.run('cluster status', 'cluster events', 'cluster pods --namespace empty');
    kube.addNode('node-a');
    kube.addNode('node-b');
    kube.addService('web', { namespace: 'shop', ports: [80, 443] });
    kube.addPod('web-0', { namespace: 'shop', ready: false, restarts: 7, waiting: 'CrashLoopBackOff' });
    // In whole seconds, as in the API server, and far from a boundary at which its age looks different.
    const time = new Date(clock.wallNow() - 3.1 * dayMs).toISOString().replace(/\.\d+Z$/, 'Z');
    const event = { namespace: 'shop', podName: 'web-0', time };
    const pulled = 'Successfully pulled image';
    kube.addEvent({ ...event, type: 'Normal', reason: 'Pulled', message: pulled, count: 1 });
    kube.addEvent({ ...event, type: 'Warning', reason: 'BackOff', message: 'Back-off restarting', count: 7 });
    await seen.run(
      'cluster status',
      'cluster status -o json',
      'cluster status -o text',
      'cluster pods',
      'cluster pods -A',
      'cluster pods -A -o json',
      'cluster pods --namespace shop -o text',
      'cluster events',
      'cluster events -A',
      'cluster events -A --all -o json',
      'cluster events --namespace shop --all -n 1 -o text',
      'cluster status --context fixture nowhere',
      'cluster pods --context nowhere fixture -o json',
      'import kube --context fixture',
      'import kube --context fixture --namespace shop -o json',
      'import kube --context fixture nowhere --namespace empty',
      'import kube --context fixture --namespace shop --write -c kube.yaml',
      'config validate kube.yaml',
    );
    kube.addService('legacy', { selector: null, ports: [80] });
    kube.addService('api', { ports: [{ port: 80 }, { name: 'dns', port: 53, protocol: 'UDP' }] });
    await seen.run('import kube --context fixture fixture-other --namespace default');
    kube.setOnlyNamespace('default');
    await seen.run('import kube --context fixture');
    kube.setOnlyNamespace(null);
    kube.addNode('node-b', false);
    await seen.run('cluster status');
    kube.setListable('nodes', false);
    kube.setListable('events', false);
    await seen.run('cluster status', 'cluster events', 'cluster events -o json');
    await kube.stop();
    await seen.run(
      'cluster status',
      'cluster status -o json',
      'cluster pods',
      'import kube --context fixture',
    );
    await kube.start();
    await expect(seen.toString()).toMatchFileSnapshot(golden('clusters'));
  });

  it.runIf(process.platform === 'linux')('doctor', async () => {
    const seen = world.transcript();
    await seen.run('doctor', 'doctor -o json', 'doctor -o text');
    writeFileSync(world.user.configFile, 'services: {}\n');
    await seen.run('doctor');
    world.writeConfig();
    await expect(seen.toString()).toMatchFileSnapshot(golden('doctor'));
  });

  it.runIf(process.platform === 'linux')('the daemon at login', async () => {
    const seen = world.transcript();
    await seen.run(
      'daemon install --no-start',
      'daemon install --no-start -o json',
      'daemon install',
      'daemon install -o json',
      'daemon uninstall',
      'daemon uninstall',
      'daemon uninstall -o json',
    );
    await expect(seen.toString()).toMatchFileSnapshot(golden('login'));
  });
});
