import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock as clock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import type { ConfigCompiler } from './config-compiler.ts';
import { compileInProcess } from './in-process-compiler.ts';
import { TrustStore } from './trust-store.ts';
import { bareService } from './service-defaults.ts';
import type { Welcome } from './welcome-config.ts';
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
    compile: compileInProcess,
    startWelcome: () => Promise.reject(new Error('no port is free')),
    onSecrets: () => undefined,
    apply: (services) => {
      const told = services.map(
        ({ name, problem }) => `${name}${problem === null ? '' : ` (${problem.title})`}`,
      );
      applied.push(told.join(', '));
      return Promise.resolve();
    },
    onStateChange: () => undefined,
    ...parts,
  });
  return config;
}

const entry = (name: string, port: number | string, more = ''): string =>
  `  - { name: ${name}, technology: tcp, local_port: ${port}, remote_port: 1, connection: { host: a }${more} }\n`;
const writeEntries = (...entries: readonly string[]): void => {
  writeFileSync(file, `services:\n${entries.join('')}`, { mode: 0o600 });
};

const write = (name: string): void => {
  const service = `{ name: ${name}, technology: tcp, local_port: 5432, remote_port: 1, connection: { host: a } }`;
  writeFileSync(file, `services:\n  - ${service}\n`, { mode: 0o600 });
};

const connection = { technology: 'tcp', host: 'a', remotePort: 1 } as const;

describe('the config in force', () => {
  it('survives an internal failure, reports it, and applies the next file', async () => {
    await make().start();
    expect(config.state).toMatchObject({
      status: 'welcome',
      problems: [{ message: 'the config could not be taken over: no port is free' }],
    });
    write('db');
    await config.reload();
    expect([config.state.status, config.state.problems, applied.at(-1)]).toEqual(['loaded', [], 'db']);
  });

  it('logs what it finds once, and again when the file has changed', async () => {
    const logged: string[] = [];
    const log = { ...silentLogger };
    for (const level of ['info', 'warn', 'error'] as const)
      log[level] = (line) => void logged.push(`${level} ${line.replaceAll(folder, '')}`);
    const found = async (): Promise<readonly string[]> => {
      logged.length = 0;
      await config.reload();
      await config.reload();
      return [...logged];
    };
    writeEntries(entry('db', 5432, ', wanted: red'));
    await make({ log }).start();
    await config.reload();
    expect(logged).toEqual([
      'warn config: db: wanted: unknown key, ignored (services[0], localport.yaml:2)',
      'info config: /localport.yaml has 1 service',
    ]);
    writeEntries(entry('db', 5433));
    expect(await found()).toEqual(['info config: /localport.yaml has 1 service']);
    writeEntries(entry('db', 5434));
    expect(await found()).toEqual(['info config: /localport.yaml has 1 service']);
    rmSync(file);
    expect(await found()).toEqual([
      'error config: /localport.yaml: the file is gone; what it said last stays in force',
    ]);
  });

  it('keeps reporting that a named file is missing, however often it checks', async () => {
    await make({ isNamed: true }).start();
    await config.reload();
    expect(config.state).toMatchObject({
      status: 'broken',
      problems: [{ message: 'there is no such file' }],
    });
  });

  it('keeps the welcome config while the file has no service yet', async () => {
    let isClosed = false;
    const [services, close] = [
      [bareService({ name: 'welcome', localPort: 1, connection })],
      () => Promise.resolve(void (isClosed = true)),
    ];
    await make({ startWelcome: () => Promise.resolve({ services, close }) }).start();
    writeEntries();
    await config.reload();
    expect([config.state.status, applied.at(-1), isClosed]).toEqual(['loaded', 'welcome', false]);
    writeEntries(entry('db', 5432));
    await config.reload();
    expect([config.state.status, applied.at(-1), isClosed]).toEqual(['loaded', 'db', true]);
    writeEntries();
    await config.reload();
    expect(applied.at(-1)).toBe('');
  });

  it('returns to the welcome config when a file is removed that was never in force', async () => {
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

  it('runs the valid entries if one has an error, at the start as well, and shows that one', async () => {
    writeEntries(entry('a', 5001), entry('b', 70_000), entry('c', 5001), entry('d', 5004), '  - {}\n');
    await make().start();
    expect(applied).toEqual([
      'a, b (local_port: 70000 is above 65535), c (local_port: 5001 is taken by a (services[0], line 2)), d',
    ]);
    expect([config.state.status, config.state.problems.map(({ path: place }) => place)]).toEqual([
      'partial',
      [
        'services[1].local_port',
        'services[2].local_port',
        ...['name', 'technology', 'local_port', 'connection'].map((key) => `services[4].${key}`),
      ],
    ]);
  });

  it.each([
    ['kubectl', 'resource_name: db, contxt: prod', 'contxt', 'did you mean context?'],
    ['kubectl', 'resource_name: db, cluster: prod', 'cluster', 'did you mean context?'],
    [
      'kubectl',
      'resource_name: db, flavor: x',
      'flavor',
      'known keys are resource_name, namespace, resource_type, selector, context, kubeconfig, engine',
    ],
    ['ssh', 'host: bastion, prot: 2222', 'prot', 'did you mean port?'],
    ['tcp', 'host: db, proto: udp', 'proto', 'known keys are host'],
  ])(
    'does not start a %s service whose connection is { %s }, and runs the others',
    async (technology, connection, key, hint) => {
      const entries = [
        entry('sound', 1),
        `  - { name: odd, technology: ${technology}, local_port: 2, remote_port: 2, connection: { ${connection} } }\n`,
      ];
      writeEntries(...entries);
      await make().start();
      expect(applied).toEqual([
        `sound, odd (connection.${key}: unknown key, so the service does not start; ${hint})`,
      ]);
      expect(config.state).toMatchObject({
        status: 'partial',
        problems: [{ severity: 'error', path: `services[1].connection.${key}`, line: 3 }],
      });
    },
  );

  describe('of a folder', () => {
    const untrusted = (): string => {
      const { status, review } = config.state;
      return `${status}${review?.isChanged === true ? ', changed' : ''}: ${
        review?.services.map(({ name, leadsTo }) => `${name} → ${leadsTo}`).join(', ') ?? ''
      }`;
    };
    const trustShown = (): Promise<unknown> => config.trustReviewed(config.state.review?.digest ?? '');

    it('runs nothing of an untrusted text, and shows what would run, until it is trusted', async () => {
      write('db');
      await make({ trust: new TrustStore(folder) }).start();
      expect([untrusted(), applied]).toEqual(['untrusted: db → a:1', []]);
      expect(await trustShown()).toEqual({ ok: true, value: undefined });
      expect([config.state.status, config.state.needsTrust, applied]).toEqual(['loaded', true, ['db']]);
    });

    it('keeps the running config when the text changes, and accepts a text that was trusted before', async () => {
      write('main');
      await make({ trust: new TrustStore(folder) }).start();
      await trustShown();
      write('branch');
      await config.reload();
      expect([untrusted(), applied]).toEqual(['untrusted, changed: branch → a:1', ['main']]);
      write('main');
      await config.reload();
      expect([config.state.status, applied]).toEqual(['loaded', ['main', 'main']]);
    });

    it('trusts only the text that was shown', async () => {
      write('shown');
      await make({ trust: new TrustStore(folder) }).start();
      const { digest } = config.state.review!;
      write('exchanged');
      expect(await config.trustReviewed(digest)).toMatchObject({ ok: true });
      expect([untrusted(), applied]).toEqual(['untrusted, changed: exchanged → a:1', []]);
      expect(await config.trustReviewed(digest)).toEqual({
        ok: false,
        error: `${file} has changed since it was reviewed: review it again`,
      });
      expect(applied).toEqual([]);
    });

    it('stops the services when the trust is revoked', async () => {
      write('db');
      await make({ trust: new TrustStore(folder) }).start();
      await trustShown();
      await config.untrust();
      expect([untrusted(), applied]).toEqual(['untrusted: db → a:1', ['db', '']]);
    });

    it('does not claim that a config is in force when a file is removed whose trust was revoked', async () => {
      write('db');
      const startWelcome = (): Promise<Welcome> =>
        Promise.resolve({ services: [], close: () => Promise.resolve() });
      await make({ trust: new TrustStore(folder), startWelcome }).start();
      await trustShown();
      await config.untrust();
      rmSync(file);
      await config.reload();
      expect(config.state.status).toBe('welcome');
    });

    it('identifies the text by its real path, whatever link leads there', async () => {
      const real = path.join(folder, 'real.yaml');
      write('db');
      renameSync(file, real);
      symlinkSync(real, file);
      await make({ trust: new TrustStore(folder) }).start();
      await trustShown();
      await config.close();
      await make({ trust: new TrustStore(folder), path: real }).start();
      expect(config.state.status).toBe('loaded');
    });
  });

  it('keeps the last valid version of an entry that has an error', async () => {
    writeEntries(entry('a', 5001), entry('b', 5002), entry('c', 5003));
    await make().start();
    writeEntries(entry('a', 'none'), entry('b', 5002, ', hold: never'), entry('new', 5003));
    await config.reload();
    // c is gone, and new has its port.
    expect(applied.at(-1)).toBe('a, b, new');
    writeEntries(entry('a', 5001), entry('new', 5003), `  - { technology: tcp, local_port: 5002 }\n`);
    await config.reload();
    expect([applied.at(-1), config.state.status]).toEqual(['a, new, b', 'partial']);
    writeEntries(entry('a', 5001));
    await config.reload();
    expect([applied.at(-1), config.state.status]).toEqual(['a', 'loaded']);
  });

  it('applies nothing of a file with an error outside of the entries', async () => {
    write('db');
    await make().start();
    writeFileSync(file, `defaults: { restart_policy: { max_attempts: 0 } }\nservices:\n${entry('a', 5001)}`);
    await config.reload();
    expect([applied, config.state.status]).toEqual([['db'], 'broken']);
  });

  it('keeps the running config when the compiler fails, and applies the next file', async () => {
    write('db');
    let fails = false;
    const compile: ConfigCompiler = (...input) =>
      fails ? Promise.reject(new Error('a bug')) : compileInProcess(...input);
    await make({ compile }).start();
    fails = true;
    write('web');
    await config.reload();
    expect([config.state.status, config.state.problems.map(({ message }) => message), applied]).toEqual([
      'loaded',
      ['the config could not be taken over: a bug'],
      ['db'],
    ]);
    fails = false;
    await config.reload();
    expect([config.state.problems, applied.at(-1)]).toEqual([[], 'web']);
  });

  it('cancels a compilation when it closes', async () => {
    write('db');
    let isCanceled = false;
    let started = (): void => undefined;
    const compiling = new Promise<void>((resolve) => {
      started = resolve;
    });
    make({
      compile: (_text, _context, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            isCanceled = true;
            resolve({ ok: false, error: [] });
          });
          started();
        }),
    });
    const loading = config.reload();
    await compiling;
    await config.close();
    await loading;
    expect([isCanceled, applied, config.state.status]).toEqual([true, [], 'welcome']);
  });

  it('applies nothing that was read while the app began to stop', async () => {
    write('db');
    make();
    const loading = config.reload();
    await Promise.resolve();
    await Promise.all([config.close(), loading]);
    expect(applied).toEqual([]);
  });
});
