import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from './config-loader.ts';
import { formatProblem } from './config-problem.ts';
import { inProcess } from './in-process-compiler.ts';
import { sshConfig } from './testing/config-text.ts';

describe('loading a config file', () => {
  const uid = process.getuid!();
  const sound = sshConfig();
  let root: string;
  let path: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'config-loader-'));
    path = join(root, 'localport.yaml');
  });

  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const load = (asUid = uid) => loadConfig(path, { env: {}, homeDirectory: root, uid: asUid }, inProcess);

  /** What is wrong with the file; empty when it is taken. */
  const refusal = async (asUid = uid): Promise<string> => {
    const result = await load(asUid);
    return result.ok
      ? ''
      : result.error
          .map((problem) => formatProblem(problem, path))
          .join('\n')
          .replaceAll(root, '');
  };

  it('takes a sound file, with a byte order mark and CRLF as well', async () => {
    writeFileSync(path, sound);
    expect(await refusal()).toBe('');
    writeFileSync(path, `\uFEFF${sound.replaceAll('\n', '\r\n')}`);
    expect(await refusal()).toBe('');
  });

  it('takes a file behind a symbolic link', async () => {
    writeFileSync(join(root, 'real.yaml'), sound);
    symlinkSync('real.yaml', path);
    expect(await refusal()).toBe('');
  });

  it.each<readonly [string, () => void, string]>([
    ['no file', () => undefined, 'the file does not exist: create /localport.yaml (localport.yaml)'],
    ['a folder', () => mkdirSync(path), 'the file is a directory, expected a YAML file (localport.yaml)'],
    [
      'a pipe, without waiting for a writer',
      () => execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', path]),
      'the file is not a regular file, expected a YAML file (localport.yaml)',
    ],
    [
      'a link that leads back to itself',
      () => symlinkSync('localport.yaml', path),
      'the file is a symbolic link that leads back to itself (localport.yaml)',
    ],
    [
      'more than 1 MB',
      () => writeFileSync(path, sound.padEnd(1024 * 1024 + 1, '#')),
      'the file is 1048577 bytes long, more than the 1048576 that are allowed (localport.yaml)',
    ],
    [
      'what is not UTF-8',
      () => writeFileSync(path, Buffer.concat([Buffer.from(sound), Buffer.from([0x23, 0xe9, 0x0a])])),
      'the file is not UTF-8 text: save it as UTF-8 (localport.yaml:7)',
    ],
    [
      'UTF-16',
      () => writeFileSync(path, Buffer.from(`\uFEFF${sound}`, 'utf16le')),
      'the file is not UTF-8 text: save it as UTF-8 (localport.yaml:1)',
    ],
    [
      'a file that every user can write',
      () => {
        writeFileSync(path, sound);
        chmodSync(path, 0o666);
      },
      'the file can be written by every user (mode 0666): run chmod o-w on it (localport.yaml)',
    ],
    [
      'a file in a folder that every user can write',
      () => {
        writeFileSync(path, sound);
        chmodSync(root, 0o777);
      },
      'the file lies in , which every user can write (mode 0777): run chmod o-w on it (localport.yaml)',
    ],
  ])('refuses %s', async (_, arrange, expected) => {
    arrange();
    expect(await refusal()).toBe(expected);
  });

  it('refuses a link into a folder that every user can write', async () => {
    mkdirSync(join(root, 'open'));
    writeFileSync(join(root, 'open/real.yaml'), sound);
    chmodSync(join(root, 'open'), 0o777);
    symlinkSync('open/real.yaml', path);
    expect(await refusal()).toContain('the file lies in /open, which every user can write');
    chmodSync(join(root, 'open'), 0o1777);
    expect(await refusal()).toBe('');
  });

  it.runIf(uid === 0)("refuses another user's file, but takes root's", async () => {
    writeFileSync(path, sound);
    expect(await refusal(1234)).toBe('');
    chownSync(path, 1234, 1234);
    expect(await refusal(1234)).toBe('');
    expect(await refusal(0)).toBe(
      'the file belongs to user 1234, expected user 0 or root: run chown 0 on it (localport.yaml)',
    );
  });

  it('lets a service whose key file is missing fail alone, and names the file and the line', async () => {
    writeFileSync(join(root, 'id'), '');
    const entry = (name: string, port: number, key: string): string =>
      `  - {name: ${name}, technology: ssh, local_port: ${port}, remote_port: 1, connection: {host: h, key_file: "${key}"}}\n`;
    writeFileSync(path, `services:\n${entry('there', 1, '~/id')}${entry('gone', 2, 'missing/id')}`);
    const result = await load();
    expect(result.ok && result.value.services.map(({ problem }) => problem)).toMatchObject([
      null,
      {
        code: 'file-missing',
        title: `The file ${root}/missing/id does not exist`,
        evidence: 'services[1].connection.key_file (localport.yaml:3)',
      },
    ]);
  });
});
