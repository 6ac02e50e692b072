import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { atRest } from '../../../shared/service-at-rest.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { TargetSources } from './target-sources.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'lp-targets-'));
  await mkdir(path.join(home, '.ssh'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const program = async (name: string, script: string): Promise<void> => {
  const file = path.join(home, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
};
const sources = (services: readonly ServiceSnapshot[] = []): TargetSources =>
  new TargetSources({
    environment: () => ({ PATH: `${home}:/usr/bin:/bin`, HOME: home }),
    homeDirectory: home,
    services: () => services,
  });
const service = (name: string, route: string, localPort: number): ServiceSnapshot => ({
  ...atRest,
  name,
  technology: 'kubectl',
  description: null,
  tags: [],
  route,
  localPort,
  desired: 'on',
  phase: 'up',
  health: 'healthy',
  since: 0,
});
const listOf = (...items: readonly object[]): string => JSON.stringify({ kind: 'List', items });
const kubeService = (name: string, port: number): object => ({
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec: { selector: { app: name }, ports: [{ port }] },
});

/** A kubectl with two contexts, of which `staging` does not answer. */
const kubectl = (): Promise<void> =>
  program(
    'kubectl',
    `case "$*" in
  "config get-contexts --output=name") printf 'prod\\nstaging\\n' ;;
  "config current-context") echo prod ;;
  *--context=staging*) echo 'error: Unable to connect to the server' >&2; exit 1 ;;
  *"get namespaces"*) printf 'namespace/default\\nnamespace/shop\\n' ;;
  *) echo '${listOf(kubeService('db', 5432), kubeService('web', 8080))}' ;;
esac`,
  );

test('contexts and hosts are listed without any connection', async () => {
  await kubectl();
  await writeFile(path.join(home, '.ssh/config'), 'Host bastion nas\n  User me\nHost *\n  Port 22\n');
  expect(await sources().places()).toEqual({
    contexts: ['prod', 'staging'],
    currentContext: 'prod',
    sshHosts: ['bastion', 'nas'],
  });
});

test('a machine without kubectl and ssh_config has no targets, which is not an error', async () => {
  const bare = new TargetSources({
    environment: () => ({ PATH: home }),
    homeDirectory: home,
    services: () => [],
  });
  expect(await bare.places()).toEqual({ contexts: [], currentContext: null, sshHosts: [] });
  await expect(bare.importList('kube')).rejects.toThrow('kubectl was not found');
});

test('a context offers its namespaces and targets, or says why it cannot', async () => {
  await kubectl();
  expect(await sources().kube('prod', 'shop')).toEqual({
    namespaces: ['default', 'shop'],
    targets: [
      { resource: 'service/db', ports: [{ port: 5432, name: null }] },
      { resource: 'service/web', ports: [{ port: 8080, name: null }] },
    ],
    failure: null,
  });
  expect(await sources().kube('staging', null)).toMatchObject({
    targets: [],
    failure: 'Could not be listed: Unable to connect to the server',
  });
});

test('an import avoids names and ports that are taken, and marks what is already forwarded', async () => {
  await kubectl();
  const { items, remarks } = await sources([
    service('db', 'prod · svc/db', 5432),
    service('other', 'elsewhere', 8080),
  ]).importList('kube');
  expect(items.map(({ name, remote, clash }) => ({ name, remote, clash }))).toEqual([
    { name: 'shop-db', remote: 'prod · svc/db:5432', clash: 'db already leads there' },
    { name: 'web', remote: 'prod · svc/web:8080', clash: null },
  ]);
  expect(items.map(({ localPort }) => localPort)).not.toContain(5432);
  expect(items.map(({ localPort }) => localPort)).not.toContain(8080);
  expect(remarks).toEqual(['staging: Unable to connect to the server']);
});

test('forwards of an ssh_config are proposed as ssh itself resolves them', async () => {
  await writeFile(
    path.join(home, '.ssh/config'),
    'Host bastion\n  LocalForward 15432 db:5432\nHost nas\n  User me\n',
  );
  await program(
    'ssh',
    `case "$*" in *bastion) echo 'localforward 15432 [db]:5432' ;; *) echo 'user me' ;; esac`,
  );
  const { items, remarks } = await sources().importList('ssh');
  expect(items.map(({ name, remote, localPort, clash }) => [name, remote, localPort, clash])).toEqual([
    ['bastion', 'bastion → db:5432', 15432, null],
  ]);
  expect(remarks).toEqual(['No forwards, so nothing to import: nas']);
});
