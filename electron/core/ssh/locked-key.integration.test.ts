/** Which key a refused login lacked: real ssh, sshd, ssh-agent and keys. */
import { execFile } from 'node:child_process';
import { rename } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockKey } from '../../../e2e/fixtures/ssh-client.ts';
import { startSshAgent, type SshAgent } from '../../../e2e/fixtures/ssh-agent.ts';
import type { Cause } from '../../../shared/failure.ts';
import { SshWorld } from './testing/ssh-world.ts';

const run = promisify(execFile);

let world: SshWorld;
let agent: SshAgent;

beforeEach(async () => {
  [world, agent] = await Promise.all([SshWorld.create({ startTimeoutMs: 10_000 }), startSshAgent()]);
});

afterEach(async () => {
  await world.dispose();
  await agent.dispose();
});

const useAgent = (): Promise<void> => world.client.addConfig(`Host *\n  IdentityAgent ${agent.socket}`);
const actionOf = ({ action }: Cause): Cause['action'] => action;

describe('a login with a locked key while no user is available', () => {
  it('offers to add this key to the agent, using the file from ssh_config', async () => {
    await useAgent();
    await lockKey(world.client.keyFile, 'tortoise');
    const cause = await world.workshop.openFailing(world.to(await world.start()));
    expect(actionOf(cause)).toEqual({
      kind: 'add-key',
      label: 'Add Key to Agent…',
      command: `ssh-add ${world.client.keyFile}`,
      file: world.client.keyFile,
    });
  });

  it('offers the key that the service names, even by its public key file', async () => {
    await useAgent();
    const other = await world.client.createKey('other');
    for (const key of [world.client.keyFile, other]) await lockKey(key, 'tortoise');
    for (const keyFile of [other, `${other}.pub`]) {
      const cause = await world.workshop.openFailing(world.to(await world.start(), { keyFile }));
      expect(actionOf(cause)).toMatchObject({ kind: 'add-key', file: other });
    }
  });

  it('offers none without an agent', async () => {
    await lockKey(world.client.keyFile, 'tortoise');
    const cause = await world.workshop.openFailing(world.to(await world.start()));
    expect(actionOf(cause)).toMatchObject({ kind: 'open-config' });
  });

  it('offers no key that the agent has or that has no passphrase: the server needs another one', async () => {
    await useAgent();
    // ssh offers this key, too.
    await lockKey(world.client.keyFile, 'tortoise');
    const unknown = await world.client.createKey('unknown');
    const server = await world.start();
    const open = await world.workshop.openFailing(world.to(server, { keyFile: unknown }));
    expect(actionOf(open)).toMatchObject({ kind: 'open-config' });
    await run('ssh-add', [unknown], { env: { ...process.env, SSH_AUTH_SOCK: agent.socket } });
    await lockKey(unknown, 'tortoise');
    await rename(`${unknown}.pub`, `${unknown}.public`);
    const failed = await world.workshop.openFailing(world.to(await world.start(), { keyFile: unknown }));
    expect(actionOf(failed)).toMatchObject({ kind: 'open-config' });
  });
});
