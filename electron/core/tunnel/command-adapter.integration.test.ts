import { rm, symlink, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { descendantsOf, livingOf } from '../../../e2e/fixtures/process-tree.ts';
import { exchange } from '../../../e2e/fixtures/servers.ts';
import { tunnelFile } from '../files/private-path.ts';
import { commandConnection } from './testing/service-specs.ts';
import { continueProcess, stopProcess } from '../transport/testing/stopped-process.ts';
import { TunnelWorkshop } from './testing/tunnel-workshop.ts';

/** A program that listens where its last argument says and echoes; with `slow` it starts late. */
const echoProgram = `
  const at = process.argv.at(-1);
  const listen = () => require('net')
    .createServer({ allowHalfOpen: true }, (s) => s.pipe(s))
    .listen(/^\\d+$/.test(at) ? { port: Number(at), host: '127.0.0.1' } : { path: at });
  setTimeout(listen, process.argv.includes('slow') ? 300 : 0);
`;
const node = (script: string, ...args: string[]): [string, ...string[]] => [
  process.execPath,
  '-e',
  script,
  '--',
  ...args,
];

describe('the command adapter', () => {
  let workshop: TunnelWorkshop;

  beforeEach(async () => {
    workshop = await TunnelWorkshop.create();
  });

  afterEach(async () => {
    await workshop.dispose();
    expect(workshop.livingChildren()).toEqual([]);
  });

  it.each(['{local_port}', '{socket}'])('is ready once %s accepts connections', async (placeholder) => {
    const { tunnel, address } = await workshop.openReady(
      commandConnection(node(echoProgram, 'slow', placeholder)),
    );
    expect('path' in address).toBe(placeholder === '{socket}');
    expect(await exchange(address, 'hello')).toBe('hello');
    expect(await tunnel.stop()).toMatchObject({ cause: null });
    expect(await livingOf([tunnel.pid ?? 0])).toEqual([]);
    expect(await workshop.filesLeft()).toEqual([]);
  });

  it('is ready at ::1 if the command listens only there, as programs do that listen on localhost', async () => {
    const script = `require('net').createServer((s) => s.pipe(s)).listen({ port: Number(process.argv.at(-1)), host: '::1' })`;
    const { address } = await workshop.openReady(commandConnection(node(script, '{local_port}')));
    expect(address).toMatchObject({ host: '::1' });
    expect(await exchange(address, 'hello')).toBe('hello');
  });

  it.each(['{local_port}', '{socket}'])('makes no connection of its own to %s', async (placeholder) => {
    const countsConnections = `
      let count = 0;
      const at = process.argv.at(-1);
      require('net').createServer((s) => s.end('connection ' + ++count))
        .listen(/^\\d+$/.test(at) ? { port: Number(at), host: '127.0.0.1' } : { path: at });`;
    const { address } = await workshop.openReady(commandConnection(node(countsConnections, placeholder)));
    expect(await exchange(address, '')).toBe('connection 1');
  });

  it('starts again after its folder was deleted, but not in a folder that someone else created', async () => {
    const connection = commandConnection(node(echoProgram, '{socket}'));
    await rm(workshop.runtimeDirectory, { recursive: true });
    const { address } = await workshop.openReady(connection);
    expect(await exchange(address, 'hello')).toBe('hello');
    await rm(workshop.runtimeDirectory, { recursive: true });
    await symlink('/tmp', workshop.runtimeDirectory);
    expect((await workshop.openFailing(connection)).evidence).toContain('is not a folder owned by this user');
  });

  it('cannot prove its transport while its process runs, and is dead once the process or a helper of it is stopped', async () => {
    const helped = `
      const child = require('child_process').spawn('sleep', ['60']);
      console.log(child.pid);${echoProgram}`;
    const { tunnel } = await workshop.openReady(commandConnection(node(helped, '{socket}')));
    const leader = tunnel.pid ?? 0;
    const [helper = 0] = await descendantsOf(leader);
    for (const pid of [leader, helper]) {
      expect(await tunnel.proveTransport(1_000)).toEqual({ kind: 'unprovable' });
      await stopProcess(pid);
      expect(await tunnel.proveTransport(1_000)).toMatchObject({ kind: 'dead', cause: { code: 'stopped' } });
      await continueProcess(pid);
    }
  });

  it('ends on SIGTERM although it is stopped', async () => {
    const { tunnel } = await workshop.openReady(commandConnection(node(echoProgram, '{socket}')));
    await stopProcess(tunnel.pid ?? 0);
    // SIGKILL would follow after 2 s.
    expect(await tunnel.stop()).toMatchObject({ cause: null, signal: 'SIGTERM' });
  });

  it('gives every tunnel a port of its own', async () => {
    const connection = commandConnection(node(echoProgram, '{local_port}'));
    const [first, second] = await Promise.all([
      workshop.openReady(connection),
      workshop.openReady(connection),
    ]);
    expect(first.address).not.toEqual(second.address);
  });

  it('removes the socket of a command that was killed', async () => {
    const { tunnel } = await workshop.openReady(commandConnection(node(echoProgram, '{socket}')));
    process.kill(tunnel.pid ?? 0, 'SIGKILL');
    expect((await tunnel.ended).cause).toMatchObject({ code: 'killed' });
    expect(await workshop.filesLeft()).toEqual([]);
  });

  it('starts over the socket file that a crash left behind', async () => {
    await writeFile(tunnelFile(workshop.runtimeDirectory, 'test#1', 'sock'), '');
    await workshop.openReady(commandConnection(node(echoProgram, '{socket}')));
  });

  it('rejects a command without a placeholder for its endpoint', async () => {
    expect(await workshop.openFailing(commandConnection(['sleep', '60']))).toMatchObject({
      code: 'config-invalid',
      title: expect.stringContaining('neither {local_port} nor {socket}') as string,
    });
  });

  it('reports a program that does not exist', async () => {
    expect(await workshop.openFailing(commandConnection(['no-such-tool', '{socket}']))).toMatchObject({
      code: 'binary-missing',
      title: 'no-such-tool was not found',
    });
  });

  it('reports the output of a command that failed', async () => {
    const script = `console.error('fatal: no tunnel today'); process.exitCode = 3;`;
    expect(await workshop.openFailing(commandConnection(node(script, '{socket}')))).toMatchObject({
      code: 'exited',
      title: 'The tunnel ended (exit code 3)',
      evidence: 'fatal: no tunnel today',
    });
  });

  it('gives up on a command that never listens', async () => {
    const impatient = await TunnelWorkshop.create([], { startTimeoutMs: 300 });
    const cause = await impatient.openFailing(
      commandConnection(node('setInterval(() => {}, 1e6)', '{socket}')),
    );
    expect(cause).toMatchObject({ code: 'never-listened', title: 'The command does not listen' });
    await impatient.dispose();
    expect(impatient.livingChildren()).toEqual([]);
  });

  it('can be stopped before it has started', async () => {
    const tunnel = workshop.open(commandConnection(node(echoProgram, '{socket}')));
    expect(await tunnel.stop()).toMatchObject({ cause: null });
    expect(workshop.livingChildren()).toEqual([]);
  });
});
