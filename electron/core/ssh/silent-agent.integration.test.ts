/** A login whose agent does not answer: real ssh and sshd. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Scope } from '../scope.ts';
import { SshWorld } from './testing/ssh-world.ts';

let scope: Scope;
let world: SshWorld;
let socketPath: string;

beforeEach(async () => {
  scope = new Scope('test');
  world = await SshWorld.create({ startTimeoutMs: 2_000 });
  scope.own('ssh', () => world.dispose());
  const folder = await mkdtemp(path.join(os.tmpdir(), 'localport-agent-'));
  scope.own('folder', () => rm(folder, { recursive: true }));
  socketPath = path.join(folder, 'agent');
});

afterEach(() => scope.close());

const text = (content: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
};

/** The answer of an agent (SSH_AGENT_IDENTITIES_ANSWER): it has the key, and signs nothing. */
async function answerToList(): Promise<Buffer> {
  const [, key = ''] = (await readFile(world.client.publicKeyFile, 'utf8')).split(' ');
  const one = Buffer.from([0, 0, 0, 1]);
  return text(
    Buffer.concat([Buffer.from([12]), one, text(Buffer.from(key, 'base64')), text(Buffer.from('card'))]),
  );
}

/** `answers`: by the type of the request; it is silent to all others. */
async function startAgent(answers: ReadonlyMap<number, Buffer>): Promise<void> {
  const clients = new Set<net.Socket>();
  const server = net.createServer((client) => {
    clients.add(client.on('error', () => undefined));
    let request = Buffer.alloc(0);
    client.on('data', (chunk) => {
      request = Buffer.concat([request, chunk]);
      if (request.length < 4 || request.length < 4 + request.readUInt32BE()) return;
      const answer = answers.get(request[4] ?? 0);
      request = Buffer.alloc(0);
      if (answer !== undefined) client.write(answer);
    });
  });
  server.listen(socketPath);
  await once(server, 'listening');
  scope.own('agent', async () => {
    for (const client of clients) client.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  await world.client.addConfig(`Host *\n  IdentityAgent ${socketPath}`);
}

const remedy = () =>
  `Unlock it or answer its prompt (${socketPath}); to log in without it, set IdentityAgent none in your ssh_config`;

it('is not blamed on the network when the agent answers nothing', async () => {
  await startAgent(new Map());
  const {
    code,
    title,
    remedy: given,
    evidence,
  } = await world.workshop.openFailing(world.to(await world.start()));
  expect({ code, title, remedy: given, evidence }).toEqual({
    code: 'agent-silent',
    title: 'The ssh agent did not answer in time',
    remedy: remedy(),
    evidence: 'ssh-add -L gets no answer either',
  });
});

it('names the key when the agent does not sign', async () => {
  const failure = text(Buffer.from([5]));
  await startAgent(
    new Map([
      [11, await answerToList()],
      [27, failure],
    ]),
  );
  const cause = await world.workshop.openFailing(world.to(await world.start()));
  expect(cause).toMatchObject({ code: 'agent-silent', remedy: remedy() });
  expect(cause.evidence).toMatch(/^no signature with .+ ED25519 SHA256:\S+/);
});
