/** Another program listens on the port that was given to a command. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exchange } from '../../../e2e/fixtures/servers.ts';
import { commandConnection } from './testing/service-specs.ts';
import { TunnelWorkshop } from './testing/tunnel-workshop.ts';

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

/** Listens on each port that it reads from stdin, counts its connections, and prints its progress. */
const listenOnRequest = `
  let count = 0;
  require('readline').createInterface({ input: process.stdin }).on('line', (port) => {
    require('net').createServer((socket) => { console.log('connection ' + ++count); socket.end('other'); })
      .listen(Number(port), '127.0.0.1', () => console.log('listening'));
  });
  console.log('started');`;
const onUnixSocket = `require('net').createServer().listen(process.argv.at(-1));`;

class OtherProgram {
  readonly lines: string[] = [];
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;

  constructor(script: string, { uid, socket = '' }: { uid?: number; socket?: string }) {
    this.#child = spawn(process.execPath, ['-e', script, '--', socket], {
      stdio: ['pipe', 'pipe', 'inherit'],
      ...(uid === undefined ? {} : { uid }),
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.lines.push(line));
  }

  async prints(line: string): Promise<void> {
    await vi.waitFor(() => expect(this.lines).toContain(line), { timeout: 10_000 });
  }

  async listen(port: number): Promise<void> {
    this.#child.stdin.write(`${port}\n`);
    await this.prints('listening');
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

describe('the private port of a command', () => {
  let workshop: TunnelWorkshop;
  let folder: string;
  const others: OtherProgram[] = [];

  beforeEach(async () => {
    workshop = await TunnelWorkshop.create();
    folder = await mkdtemp(path.join(os.tmpdir(), 'localport-foreign-'));
  });

  afterEach(async () => {
    await Promise.all(others.splice(0).map((other) => other.end()));
    await workshop.dispose();
    await rm(folder, { recursive: true });
  });

  async function start(script: string, more: { uid?: number; socket?: string } = {}): Promise<OtherProgram> {
    const other = new OtherProgram(script, more);
    others.push(other);
    await other.prints('started');
    return other;
  }

  /** A command that writes down its port but does not listen. */
  const idle = (): [string, ...string[]] => [
    process.execPath,
    '-e',
    `require('fs').writeFileSync(process.argv[1] + '/port', process.argv[2]); setInterval(() => {}, 1e6);`,
    folder,
    '{local_port}',
  ];
  const portOfCommand = (): Promise<number> =>
    vi.waitFor(
      async () => {
        const port = Number(await readFile(path.join(folder, 'port'), 'utf8'));
        expect(port).toBeGreaterThan(0);
        return port;
      },
      { timeout: 10_000 },
    );

  it.skipIf(!isRoot)(
    'rejects a program of another user that binds it first: no byte is sent there',
    async () => {
      const tunnel = workshop.open(commandConnection(idle()));
      const port = await portOfCommand();
      const other = await start(listenOnRequest, { uid: nobody });
      await other.listen(port);
      const ready = await tunnel.ready;
      expect(ready).toMatchObject({
        ok: false,
        error: {
          code: 'port-in-use',
          title: expect.stringMatching(
            `^Port ${port} is used by node \\(pid \\d+\\) of another user \\(uid ${nobody}\\)$`,
          ) as string,
          remedy: expect.stringContaining('{socket}') as string,
        },
      });
      expect((await tunnel.ended).cause).toMatchObject({ code: 'port-in-use' });
      expect(other.lines).toEqual(['started', 'listening']);
    },
  );

  it('rejects a program that started before the command', async () => {
    const other = await start(listenOnRequest);
    const tunnel = workshop.open(commandConnection(idle()));
    await other.listen(await portOfCommand());
    expect(await tunnel.ready).toMatchObject({ ok: false, error: { code: 'port-in-use' } });
    expect(other.lines).toEqual(['started', 'listening']);
  });

  it('accepts a program that serves requests, such as an ssh master or a container daemon', async () => {
    const other = await start(onUnixSocket + listenOnRequest, { socket: path.join(folder, 'orders') });
    const tunnel = workshop.open(commandConnection(idle()));
    const port = await portOfCommand();
    await other.listen(port);
    expect(await tunnel.ready).toEqual({ ok: true, value: { kind: 'tcp', host: '127.0.0.1', port } });
  });

  it('accepts a descendant of the command that left its group', async () => {
    const script = `
      const listen = "require('net').createServer((s) => s.end('mine')).listen(process.argv[1], '127.0.0.1')";
      require('child_process').spawn(process.execPath, ['-e', listen, process.argv[1]], { detached: true })
        .on('spawn', function () { process.on('SIGTERM', () => { this.kill(); process.exit(); }); });
      setInterval(() => {}, 1e6);`;
    const { address, tunnel } = await workshop.openReady(
      commandConnection([process.execPath, '-e', script, '{local_port}']),
    );
    expect(await exchange(address, '')).toBe('mine');
    await tunnel.stop();
  });

  it.skipIf(!isRoot)('may be opened by the command as another user', async () => {
    const script = `process.setuid(${nobody}); require('net').createServer((s) => s.end('mine')).listen(process.argv[1], '127.0.0.1');`;
    const { address } = await workshop.openReady(
      commandConnection([process.execPath, '-e', script, '{local_port}']),
    );
    expect(await exchange(address, '')).toBe('mine');
  });
});
