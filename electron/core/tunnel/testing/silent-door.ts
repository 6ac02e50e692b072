/**
 * A way to a server on loopback that can fall silent as a host that is away does: packets get no answer at all. Its relay is
 * stopped and its queue is full, so the kernel drops each SYN.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { systemClock, withDeadline } from '../../clock.ts';
import { continueProcess, stopProcess } from '../../transport/testing/stopped-process.ts';

export interface SilentDoor {
  readonly port: number;
  fallSilent(): Promise<void>;
  comeBack(): Promise<void>;
  dispose(): void;
}

const relay = `
  const net = require('net');
  const target = Number(process.argv.at(-1));
  const server = net.createServer((client) => {
    const upstream = net.connect(target, '127.0.0.1');
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      from.pipe(to);
      from.on('error', () => to.destroy());
    }
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));`;

export async function openSilentDoor(targetPort: number): Promise<SilentDoor> {
  const stdio = ['ignore', 'pipe', 'ignore'] as const;
  const child = spawn(process.execPath, ['-e', relay, '--', String(targetPort)], { stdio: [...stdio] });
  const [printed] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(printed.toString());
  const queued: net.Socket[] = [];
  const emptyQueue = (): void => {
    for (const socket of queued.splice(0)) socket.destroy();
  };
  return {
    port,
    fallSilent: async () => {
      await stopProcess(child.pid ?? 0);
      for (let isFull = false; !isFull && queued.length < 16;) {
        const socket = net.connect(port, '127.0.0.1').on('error', () => undefined);
        queued.push(socket);
        isFull = (await withDeadline(systemClock, 200, once(socket, 'connect'))) === 'deadline';
      }
    },
    comeBack: async () => {
      emptyQueue();
      await continueProcess(child.pid ?? 0);
    },
    dispose: () => {
      emptyQueue();
      child.kill('SIGKILL');
    },
  };
}
