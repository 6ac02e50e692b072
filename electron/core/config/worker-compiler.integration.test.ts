import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { configWorkerBundle, configWorkerDefine } from '../../../build/config-worker.mjs';
import { systemClock as clock } from '../clock.ts';
import { compileInProcess } from './in-process-compiler.ts';
import { sshConfig, tcpEntry } from './testing/config-text.ts';
import { workInProcess } from './edit/text-work.ts';
import { compileInWorker, editInWorker, type WorkerCompilerOptions } from './worker-compiler.ts';
import { exampleConfig } from './welcome-page.ts';

const bundled = configWorkerDefine(buildSync(configWorkerBundle)).__LOCALPORT_CONFIG_WORKER__;
const code = JSON.parse(bundled) as string;
const context = {
  path: '/etc/lp/localport.yaml',
  env: { PORT: '5433', DB_PASSWORD: 'geheim' },
  homeDirectory: '/home/me',
  salvage: true,
};
const { signal } = new AbortController();

const compile = (options: Partial<WorkerCompilerOptions>, text = sshConfig(), stop = signal) =>
  compileInWorker({ code, clock, ...options })(text, context, stop);

describe('a config that is compiled in a worker', () => {
  it.each([
    ['a sound one', sshConfig()],
    [
      'one with a key file',
      sshConfig('    connection: {host: a}\n').replace('bastion', 'b, key_file: ~/.ssh/id'),
    ],
    ['the example', exampleConfig],
    [
      'one with variables, set and unset',
      `services:\n${tcpEntry('a', 5432, ', password: ${DB_PASSWORD}')}${tcpEntry('b', 1).replace('1,', '${PORT}, tags: [${NONE}],')}`,
    ],
    ['one with contexts', `cluster_contexts: {prod: {cluster_health: {enabled: false}}}\n${sshConfig()}`],
    ['one with entries at fault', `services:\n${tcpEntry('a', 70_000)}${tcpEntry('b', 5001)}  - {}\n`],
    ['one that is not YAML', 'services: ['],
    ['an empty one', ''],
    ['one that is nested too deeply', `a: ${'{'.repeat(20_000)}`],
  ])('has the same result as in the process: %s', async (_, text) => {
    expect(await compile({}, text)).toStrictEqual(await compileInProcess(text, context, signal));
  });

  it('is refused when it takes too long', async () => {
    expect(await compile({ code: 'for (;;);', deadlineMs: 200 })).toEqual({
      ok: false,
      error: [
        {
          severity: 'error',
          path: '',
          line: null,
          message:
            'the file takes too long to read, more than 0.2 s: make it smaller, or reload to try again',
        },
      ],
    });
  });

  it('is refused when it takes too much memory', async () => {
    const fills = 'const all = []; for (;;) all.push(new Array(1_000).fill(all.length));';
    expect(await compile({ code: fills, maxMemoryMb: 16 })).toMatchObject({
      error: [{ message: 'the file takes more than 16 MB of memory to read: make it smaller' }],
    });
  });

  it('fails alone when the worker crashes', async () => {
    await expect(compile({ code: "throw new Error('a bug')" })).rejects.toThrow('a bug');
    await expect(compile({ code: 'process.exit(3)' })).rejects.toThrow('without an answer, with code 3');
    expect(await compile({})).toMatchObject({ ok: true });
  });

  it('is aborted at once when the host stops, also when it is already stopping', async () => {
    const stopping = new AbortController();
    const compiling = compile({ code: 'for (;;);' }, '', stopping.signal);
    stopping.abort();
    const canceled = { error: [{ message: 'reading the file was canceled' }] };
    expect(await compiling).toMatchObject(canceled);
    expect(await compile({ code: 'for (;;);' }, '', AbortSignal.abort())).toMatchObject(canceled);
  });
});

describe('a text that is edited in a worker', () => {
  const edit = { kind: 'edit', edit: { kind: 'remove', name: 'db' }, env: process.env } as const;

  it.each([sshConfig(), sshConfig('  - {name: web}\n'), 'services: [', ''])(
    'has the same result as in the process: %j',
    async (text) => {
      expect(await editInWorker({ code, clock })(text, edit)).toEqual(await workInProcess(text, edit));
    },
  );

  it('is unchanged if editing takes too long', async () => {
    const edited = await editInWorker({ code, clock, deadlineMs: 1 })(sshConfig(), edit);
    expect(edited).toMatchObject({ ok: false, error: expect.stringContaining('takes too long') as string });
  });
});
