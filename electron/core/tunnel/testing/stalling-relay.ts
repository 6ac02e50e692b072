/**
 * A relay to a server on loopback that can stop answering, like a host that is down: packets get no reply at all. The
 * relay process is stopped and its accept queue is full, so the kernel drops each SYN.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { systemClock, withDeadline } from '../../clock.ts';
import { continueProcess, stopProcess } from '../../transport/testing/stopped-process.ts';

export interface StallingRelay {
  readonly port: number;
  stall(): Promise<void>;
  resume(): Promise<void>;
  dispose(): void;
}

const relayScript = `
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

export async function openStallingRelay(targetPort: number): Promise<StallingRelay> {
  const stdio = ['ignore', 'pipe', 'ignore'] as const;
  const child = spawn(process.execPath, ['-e', relayScript, '--', String(targetPort)], { stdio: [...stdio] });
  const [printed] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(printed.toString());
  const queued: net.Socket[] = [];
  const emptyQueue = (): void => {
    for (const socket of queued.splice(0)) socket.destroy();
  };
  return {
    port,
    stall: async () => {
      await stopProcess(child.pid ?? 0);
      for (let isFull = false; !isFull && queued.length < 16;) {
        const socket = net.connect(port, '127.0.0.1').on('error', () => undefined);
        queued.push(socket);
        isFull = (await withDeadline(systemClock, 200, once(socket, 'connect'))) === 'deadline';
      }
    },
    resume: async () => {
      emptyQueue();
      await continueProcess(child.pid ?? 0);
    },
    dispose: () => {
      emptyQueue();
      child.kill('SIGKILL');
    },
  };
}
