import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from './config-loader.ts';
import { formatProblem } from './config-problem.ts';
import { inProcess } from './in-process-compiler.ts';
import { sshConfig } from './testing/config-text.ts';

describe('loading a config file', () => {
  const uid = process.getuid!();
  const gid = process.getgid!();
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

  /** The error about the file; empty if it is accepted. */
  const refusal = async (asUid = uid): Promise<string> => {
    const result = await load(asUid);
    return result.ok
      ? ''
      : result.error
          .map((problem) => formatProblem(problem, path))
          .join('\n')
          .replaceAll(root, '');
  };

  it('accepts a valid file, also with a byte order mark and CRLF', async () => {
    writeFileSync(path, sound);
    expect(await refusal()).toBe('');
    writeFileSync(path, `\uFEFF${sound.replaceAll('\n', '\r\n')}`);
    expect(await refusal()).toBe('');
  });

  it('accepts a file behind a symbolic link', async () => {
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
      `the file /localport.yaml can be written by every user (mode 0666, owner ${uid}, group ${gid}): run chmod go-w /localport.yaml (localport.yaml)`,
    ],
    [
      'a file in a folder that every user can write',
      () => {
        writeFileSync(path, sound);
        chmodSync(root, 0o777);
      },
      `the folder  can be written by every user (mode 0777, owner ${uid}, group ${gid}): run chmod go-w  (localport.yaml)`,
    ],
  ])('refuses %s', async (_, arrange, expected) => {
    arrange();
    expect(await refusal()).toBe(expected);
  });

  it('refuses a link into a world-writable folder', async () => {
    mkdirSync(join(root, 'open'));
    writeFileSync(join(root, 'open/real.yaml'), sound);
    chmodSync(join(root, 'open'), 0o777);
    symlinkSync('open/real.yaml', path);
    expect(await refusal()).toContain('the folder /open can be written by every user (mode 0777');
    chmodSync(join(root, 'open'), 0o1777);
    expect(await refusal()).toBe('');
  });

  it.runIf(uid === 0)("refuses another user's file, but accepts root's", async () => {
    writeFileSync(path, sound);
    expect(await refusal(1234)).toBe('');
    chownSync(path, 1234, 1234);
    expect(await refusal(1234)).toBe('');
    expect(await refusal(0)).toBe(
      'the file /localport.yaml belongs to user 1234, expected user 0 or root: run chown 0 /localport.yaml (localport.yaml)',
    );
  });

  it('refuses a folder that others can write, at any level of the path', async () => {
    mkdirSync(join(root, 'open/mine/deep'), { recursive: true });
    path = join(root, 'open/mine/deep/localport.yaml');
    writeFileSync(path, sound);
    expect(await refusal()).toBe('');
    chmodSync(join(root, 'open'), 0o777);
    expect(await refusal()).toContain('the folder /open can be written by every user');
  });

  describe.runIf(uid === 0)('with other users on this machine', () => {
    const shared = 54_321;

    it('refuses a file and a folder of a shared group', async () => {
      writeFileSync(path, sound);
      chmodSync(path, 0o664);
      chownSync(path, uid, shared);
      expect(await refusal()).toBe(
        `the file /localport.yaml can be written by its group (mode 0664, owner ${uid}, group ${shared}): run chmod go-w /localport.yaml (localport.yaml)`,
      );
      chmodSync(path, 0o600);
      chmodSync(root, 0o775);
      chownSync(root, uid, shared);
      expect(await refusal()).toContain('the folder  can be written by its group (mode 0775');
      chmodSync(root, 0o755);
      expect(await refusal()).toBe('');
    });

    it("refuses another user's folder in the path, although the file is ours", async () => {
      mkdirSync(join(root, 'theirs'));
      path = join(root, 'theirs/localport.yaml');
      writeFileSync(path, sound);
      chownSync(join(root, 'theirs'), 1234, 1234);
      expect(await refusal()).toContain('the folder /theirs belongs to user 1234, expected user 0 or root');
    });

    it('refuses a link of another user, also to a folder', async () => {
      mkdirSync(join(root, 'real'));
      writeFileSync(join(root, 'real/localport.yaml'), sound);
      symlinkSync('real', join(root, 'linked'));
      lchownSync(join(root, 'linked'), 1234, 1234);
      path = join(root, 'linked/localport.yaml');
      expect(await refusal()).toBe(
        'the link /linked belongs to user 1234, expected user 0 or root: remove it (localport.yaml)',
      );
      lchownSync(join(root, 'linked'), uid, gid);
      expect(await refusal()).toBe('');
    });
  });

  it('follows `..` in a link from the real folder, as the kernel does', async () => {
    mkdirSync(join(root, 'a/b'), { recursive: true });
    writeFileSync(join(root, 'a/localport.yaml'), sound);
    symlinkSync('a/b', join(root, 'short'));
    symlinkSync('short/../localport.yaml', path);
    expect(await refusal()).toBe('');
    chmodSync(join(root, 'a'), 0o777);
    expect(await refusal()).toContain('the folder /a can be written');
  });

  it('fails only the service whose key file is missing, and names the file and the line', async () => {
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
