import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock as clock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { ConfigInForce, type ConfigInForceParts } from './config-in-force.ts';

let folder: string;
let file: string;
let applied: string[];
let config: ConfigInForce;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'config-'));
  file = path.join(folder, 'localport.yaml');
  applied = [];
});

afterEach(async () => {
  await config.close();
  rmSync(folder, { recursive: true, force: true });
});

function make(parts: Partial<ConfigInForceParts> = {}): ConfigInForce {
  config = new ConfigInForce({
    clock,
    log: silentLogger,
    path: file,
    isNamed: false,
    homeDirectory: folder,
    uid: process.getuid?.() ?? 0,
    environment: () => ({}),
    startWelcome: () => Promise.reject(new Error('no port is free')),
    onSecrets: () => undefined,
    apply: (services) => {
      applied.push(services.map(({ name }) => name).join(' '));
      return Promise.resolve();
    },
    onStateChange: () => undefined,
    ...parts,
  });
  return config;
}

const write = (name: string): void => {
  const service = `{ name: ${name}, technology: tcp, local_port: 5432, remote_port: 1, connection: { host: a } }`;
  writeFileSync(file, `services:\n  - ${service}\n`, { mode: 0o600 });
};

describe('the config in force', () => {
  it('survives a failure of its own, tells of it, and takes over the next file', async () => {
    await make().start();
    expect(config.state).toMatchObject({
      status: 'welcome',
      problems: [{ message: 'the config could not be taken over: no port is free' }],
    });
    write('db');
    await config.reload();
    expect([config.state.status, config.state.problems, applied.at(-1)]).toEqual(['loaded', [], 'db']);
  });

  it('goes on saying that a named file is missing, however often it looks', async () => {
    await make({ isNamed: true }).start();
    await config.reload();
    expect(config.state).toMatchObject({
      status: 'broken',
      problems: [{ message: 'there is no such file' }],
    });
  });

  it('welcomes again who removes a file that was never in force', async () => {
    const welcomed = { services: [], close: () => Promise.resolve() };
    writeFileSync(file, 'services: [', { mode: 0o600 });
    await make({ startWelcome: () => Promise.resolve(welcomed) }).start();
    expect(config.state.status).toBe('broken');
    rmSync(file);
    await config.reload();
    expect(config.state).toEqual({ status: 'welcome', path: file, problems: [] });
    write('db');
    await config.reload();
    rmSync(file);
    await config.reload();
    expect(config.state).toMatchObject({
      status: 'broken',
      problems: [{ message: 'the file is gone; what it said last stays in force' }],
    });
  });

  it('takes nothing over that was read while the app began to stop', async () => {
    write('db');
    make();
    const loading = config.reload();
    await Promise.resolve();
    await Promise.all([config.close(), loading]);
    expect(applied).toEqual([]);
  });
});
