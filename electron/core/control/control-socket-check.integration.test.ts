import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { systemClock as clock } from '../clock.ts';
import { connectControl } from './control-client.ts';

const uid = process.getuid!();
const stranger = 1234;

let root: string;
let folder: string;
let socketPath: string;
let server: Server;
let connections: number;

beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'check-'));
  folder = path.join(root, 'run');
  socketPath = path.join(folder, 'control.sock');
  mkdirSync(folder, { mode: 0o700 });
  connections = 0;
  server = createServer((socket) => {
    connections++;
    socket.resume().end('HTTP/1.1 200 OK\r\n\r\n');
  }).listen(socketPath);
  await eventually('it listens', () => server.listening);
  chmodSync(socketPath, 0o600);
});

afterEach(() => {
  server.close();
  rmSync(root, { recursive: true, force: true });
});

/** The error about the path, without the common part; `asked` if a connection was made. */
async function verdict(asUid = uid): Promise<string> {
  const connected = await connectControl({ socketPath, clock, version: 'test', uid: asUid });
  if (connected.ok) throw new Error('it was believed');
  if (connections > 0) return 'asked';
  return connected.error.message
    .replaceAll(root, '')
    .replace(', so what answers there may not be your LocalPort: remove it', '');
}

describe('the command trusts the control socket', () => {
  it('when both the folder and the socket are for the user only', async () => {
    expect(await verdict()).toBe('asked');
  });

  it.runIf(uid === 0)("when they are root's", async () => {
    expect(await verdict(stranger)).toBe('asked');
  });
});

describe('the command does not connect', () => {
  it.each<[string, () => void, string]>([
    [
      'when its group may write the folder',
      () => chmodSync(folder, 0o770),
      '/run may be written by other users',
    ],
    ['when all may write the folder', () => chmodSync(folder, 0o1777), '/run may be written by other users'],
    [
      'when others may write the socket',
      () => chmodSync(socketPath, 0o666),
      '/run/control.sock may be written by other users',
    ],
    ['through a folder that is a link', linkFolder, '/run is a symbolic link'],
    ['through a socket that is a link', linkSocket, '/run/control.sock is a symbolic link'],
    ['of a file', putFile, '/run/control.sock is not a socket'],
  ])('%s', async (_, spoil, complaint) => {
    spoil();
    expect(await verdict()).toBe(complaint);
    expect(connections).toBe(0);
  });

  it.runIf(uid === 0).each([
    ['the folder', () => folder, '/run belongs to user 1234, expected 0'],
    ['the socket', () => socketPath, '/run/control.sock belongs to user 1234, expected 0'],
  ])('when %s belongs to another user', async (_, place, complaint) => {
    chownSync(place(), stranger, stranger);
    expect(await verdict()).toBe(complaint);
    expect(connections).toBe(0);
  });

  it('when there is no socket, which means that LocalPort is not running', async () => {
    rmSync(socketPath);
    expect(await verdict()).toBe('LocalPort is not running');
    rmSync(folder, { recursive: true });
    expect(await verdict()).toBe('LocalPort is not running');
  });

  function linkFolder(): void {
    renameSync(folder, `${folder}.real`);
    symlinkSync(`${folder}.real`, folder);
  }

  function linkSocket(): void {
    renameSync(socketPath, `${socketPath}.real`);
    symlinkSync(`${socketPath}.real`, socketPath);
  }

  function putFile(): void {
    rmSync(socketPath);
    writeFileSync(socketPath, '', { mode: 0o600 });
  }
});
