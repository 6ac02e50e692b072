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
  ['a byte order mark', '\uFEFFcurrent-context: dev\n', 'dev'],
  ['JSON behind a byte order mark', '\uFEFF{"current-context":"dev"}', 'dev'],
  [
    'a key of something else in JSON',
    '{"preferences": {"current-context": "no"}, "current-context": "dev"}',
    'dev',
  ],
  ['the first of several documents', '# mine\n---\ncurrent-context: dev\n---\ncurrent-context: no\n', 'dev'],
  ['no name in the first document', 'kind: Config\n---\ncurrent-context: no\n', ''],
  ['an empty name', 'current-context: ""\nkind: Config\n', ''],
  ['an empty name in JSON', '{"current-context":""}', ''],
  ['null', 'current-context: null\n', ''],
  ['no name', 'current-context:\nkind: Config\n', ''],
  ['no such key', 'kind: Config\n', ''],
  ['no such key in JSON', '{"kind":"Config"}', ''],
])('reads %s', (_, text, name) => {
  expect(currentContextIn(text)).toBe(name);
});

it.each([
  ['flow style', '{apiVersion: v1, current-context: dev, kind: Config}\n'],
  ['a key of something else', 'preferences:\n  current-context: dev\n'],
  ['an anchor', 'current-context: &current dev\n'],
  ['an alias', 'x: &current dev\ncurrent-context: *current\n'],
  ['a merge', 'x: &x {current-context: dev}\n<<: *x\n'],
  ['a tag', 'current-context: !!str dev\n'],
  ['a block scalar', 'current-context: |-\n  dev\n'],
  ['a value on the next line', 'current-context:\r\n  dev\r\n'],
  ['a value of several lines', 'current-context: dev\n  two\n'],
  ['a doubled quote', "current-context: 'de''v'\n"],
  ['an escape', 'current-context: "de\\x76"\n'],
  ['a number in JSON', '{"current-context":1}'],
])('leaves %s to kubectl', (_, text) => {
  expect(currentContextIn(text)).toBeNull();
});

it('takes no name from a later file if the first one may have one', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'localport-kubeconfig-'));
  const [first, second] = [path.join(folder, 'a'), path.join(folder, 'b')];
  writeFileSync(first, 'x: &current dev\ncurrent-context: *current\n');
  writeFileSync(second, 'current-context: prod\n');
  expect(readCurrentContext([first, second])).toBeNull();
  rmSync(folder, { recursive: true });
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

it('leaves pipes, which would block, and devices, which have no end, to kubectl', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'localport-kubeconfig-'));
  execFileSync('mkfifo', [path.join(folder, 'pipe')]);
  writeFileSync(path.join(folder, 'config'), 'current-context: prod\n');
  for (const unread of [path.join(folder, 'pipe'), '/dev/zero', folder])
    expect(readCurrentContext([unread, path.join(folder, 'config')])).toBeNull();
  expect(await contextNames([path.join(folder, 'pipe')])).toMatchObject({ ok: false });
  rmSync(folder, { recursive: true });
});

it('reads megabytes of blank lines at once', () => {
  const blank = '\n'.repeat(4_000_000);
  expect(currentContextIn(`{${blank}"a": 1,\n"current-context": "dev"}`)).toBe('dev');
  expect(currentContextIn(`a: 1${blank}current-context: dev${blank}b: 1`)).toBe('dev');
});
