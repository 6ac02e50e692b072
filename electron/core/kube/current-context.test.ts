import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { contextNames } from './kubeconfig.ts';
import { currentContextIn, kubeconfigFiles, readCurrentContext } from './current-context.ts';

it.each([
  ['block style', 'apiVersion: v1\ncurrent-context: dev\nkind: Config\n', 'dev'],
  ['a comment behind it', 'current-context: dev # mine\n', 'dev'],
  ['a sign that begins no comment', 'current-context: team#dev\n', 'team#dev'],
  [
    'an ARN',
    'current-context: arn:aws:eks:eu-west-1:1:cluster/prod\r\n',
    'arn:aws:eks:eu-west-1:1:cluster/prod',
  ],
  ['double quotes', 'current-context: "kind dev"\n', 'kind dev'],
  ['single quotes', "current-context: 'dev'\n", 'dev'],
  ['JSON', '{\n  "kind": "Config",\n  "current-context": "dev",\n  "users": []\n}\n', 'dev'],
  ['flow style', '{apiVersion: v1, current-context: dev, kind: Config}\n', 'dev'],
  ['an empty name', 'current-context: ""\nkind: Config\n', null],
  ['no name', 'current-context:\nkind: Config\n', null],
  ['a key of something else', 'preferences:\n  current-context: dev\n', null],
  ['no such key', 'kind: Config\n', null],
])('reads %s', (_, text, name) => {
  expect(currentContextIn(text)).toBe(name);
});

it('takes the first file that names one, and skips missing files', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'localport-kubeconfig-'));
  const [first, second, third] = ['a', 'b', 'c'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(second, 'kind: Config\n');
  writeFileSync(third, 'current-context: prod\n');
  const files = kubeconfigFiles(null, { KUBECONFIG: `${first}::${second}:${third}`, HOME: folder });
  expect(files).toEqual([first, second, third]);
  expect(readCurrentContext(files)).toBe('prod');
  rmSync(folder, { recursive: true });
});

it('reads the file of the service, else the files of kubectl', () => {
  expect(kubeconfigFiles('/own', { KUBECONFIG: '/other', HOME: '/home/me' })).toEqual(['/own']);
  expect(kubeconfigFiles(null, { HOME: '/home/me' })).toEqual(['/home/me/.kube/config']);
});

it('skips pipes, which would block, and devices, which have no end', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'localport-kubeconfig-'));
  execFileSync('mkfifo', [path.join(folder, 'pipe')]);
  writeFileSync(path.join(folder, 'config'), 'current-context: prod\n');
  expect(
    readCurrentContext([path.join(folder, 'pipe'), '/dev/zero', folder, path.join(folder, 'config')]),
  ).toBe('prod');
  expect(await contextNames([path.join(folder, 'pipe')])).toBeNull();
  rmSync(folder, { recursive: true });
});

it('reads megabytes of blank lines at once', () => {
  expect(currentContextIn(`{${'\n'.repeat(4_000_000)}a: 1,\n"current-context": "dev"}`)).toBe('dev');
});
