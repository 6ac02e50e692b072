import { connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort, startEchoServer } from '../../../e2e/fixtures/servers.ts';
import { systemClock as clock } from '../clock.ts';
import { processIsRunning } from '../process/testing/process-watch.ts';
import { stopOlderDaemon } from './older-daemon.ts';
import { startDaemon, type RunningDaemon } from './testing/running-daemon.ts';

let daemon: RunningDaemon;

afterEach(() => daemon.stop());

const refusal = { code: 'runs-already', message: 'LocalPort 1.2.3 is already running' } as const;

const stopFor = (version: string, mayEndConnections: (question: string) => Promise<boolean>) =>
  stopOlderDaemon(refusal, { paths: daemon.paths, clock, version, mayEndConnections });

const notAsked = (): Promise<boolean> => Promise.reject(new Error('nothing is open'));

describe('the app that finds a daemon', () => {
  it('stops a daemon of an earlier version, and no other', async () => {
    daemon = await startDaemon({ config: 'services: []\n', env: {} });
    expect(await stopFor('1.2.3', notAsked)).toBeNull();
    expect(await stopFor('1.2.2', notAsked)).toBeNull();
    expect(processIsRunning(daemon.pid)).toBe(true);
    expect(await stopFor('1.3.0', notAsked)).toBe(
      'the daemon of LocalPort 1.2.3 was running, and was replaced by this app',
    );
    expect(processIsRunning(daemon.pid)).toBe(false);
  });

  it('asks before it ends an open connection', async () => {
    const echo = await startEchoServer();
    const port = await freePort();
    const service = `{ name: db, technology: tcp, local_port: ${port}, remote_port: ${echo.port}, connection: { host: 127.0.0.1 } }`;
    daemon = await startDaemon({ config: `services: [${service}]\n`, env: {} });
    const client = connect({ port, host: '127.0.0.1' });
    await once(client, 'connect');
    client.write('hello');
    await once(client, 'data');
    const asked: string[] = [];
    const answer = (isYes: boolean) => (question: string) => {
      asked.push(question);
      return Promise.resolve(isYes);
    };
    expect(await stopFor('1.3.0', answer(false))).toBeNull();
    expect(processIsRunning(daemon.pid)).toBe(true);
    client.on('error', () => undefined);
    expect(await stopFor('1.3.0', answer(true))).toContain('was replaced');
    expect(asked).toEqual(
      Array(2).fill(
        'LocalPort 1.2.3 is running as the daemon. Replace it with this app, version 1.3.0? This ends 1 open connection.',
      ),
    );
    client.destroy();
    await echo.stop();
  });
});
