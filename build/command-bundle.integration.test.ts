import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stop } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installCommand } from '../electron/cli/testing/installed-command.ts';
import { buildCommand } from './command-bundle.mjs';
import { projectDir } from './paths.mjs';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lp-bundle-'));
});

afterAll(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What Node prints when it runs a program, and its exit code. */
const run = (...args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], HOME: folder, XDG_RUNTIME_DIR: folder };
    execFile(process.execPath, args, { env, cwd: folder }, (error, out, err) => {
      resolve(`${out}${err}exit code ${error?.code ?? 0}\n`);
    });
  });

/** Bundles and writes `NAME.cjs`. Returns its path. */
async function bundleTo(name: string, entryPoint: string): Promise<string> {
  const { outputFiles } = await buildCommand({
    absWorkingDir: projectDir,
    entryPoints: [entryPoint],
    outfile: path.join(folder, `${name}.cjs`),
    bundle: true,
    platform: 'node',
    target: 'node20',
    define: { __LOCALPORT_VERSION__: '"1.2.3"' },
  });
  for (const file of outputFiles) writeFileSync(file.path, file.contents);
  return path.join(folder, `${name}.cjs`);
}

async function bundleSources(sources: Readonly<Record<string, string>>): Promise<string> {
  const sourceFolder = path.join(folder, 'sources');
  mkdirSync(sourceFolder, { recursive: true });
  for (const [file, text] of Object.entries(sources)) writeFileSync(path.join(sourceFolder, file), text);
  return bundleTo('main', path.join(sourceFolder, 'main.ts'));
}

describe('a bundle of modules that are compiled when needed', () => {
  it('runs a module once, when it is first imported, and shares it', async () => {
    const program = await bundleSources({
      'main.ts': `
        import { Fault } from './fault.ts';
        console.log('main');
        const [a, b] = [await0(), await0()];
        async function await0() { return (await import('./late.ts')).late(); }
        void Promise.all([a, b]).then((faults) => console.log(faults.every((fault) => fault instanceof Fault)));`,
      'fault.ts': `console.log('fault'); export class Fault {}`,
      'late.ts': `
        import { Fault } from './fault.ts';
        console.log('late');
        export const late = () => new Fault();`,
    });
    expect(await run(program)).toBe('fault\nmain\nlate\ntrue\nexit code 0\n');
  });

  it('imports the names of a CommonJS library, and its default, as Node does', async () => {
    const program = await bundleSources({
      'main.ts': `
        void import('./library.cjs').then((library) => console.log(library.parse(), library.default.parse()));`,
      'library.cjs': `exports.parse = () => 'parsed';`,
    });
    expect(await run(program)).toBe('parsed parsed\nexit code 0\n');
  });

  it('is strict, knows its location, and names itself in a stack', async () => {
    const program = await bundleSources({
      'main.ts': `
        import { sep } from 'node:path';
        void import('./late.ts').then(({ late }) => console.log(late(), __dirname + sep));`,
      'late.ts': `
        export function late(this: unknown) {
          const unbound = function (this: unknown) { return this; };
          return [unbound(), new Error('x').stack?.includes('main.cjs/late-')];
        }`,
    });
    expect(await run(program)).toBe(`[ undefined, true ] ${folder}${path.sep}\nexit code 0\n`);
  });

  it('does not load execa, which takes longer than the answer, until a program is started', async () => {
    const packed = await bundleTo('localport', 'electron/cli/localport.ts');
    const spy = path.join(folder, 'spy.cjs');
    writeFileSync(
      spy,
      `const vm = require('node:vm');
       const { compileFunction } = vm;
       vm.compileFunction = (text, ...rest) => {
         if (text.includes('Command was killed with')) console.log('execa');
         return compileFunction(text, ...rest);
       };
      `,
    );
    const loads = async (...args: readonly string[]): Promise<boolean> => {
      const said = await run('--require', spy, packed, ...args);
      return /^execa$/m.test(said);
    };
    expect(await loads('--help')).toBe(false);
    expect(await loads('status')).toBe(false);
    expect(await loads('daemon', 'status')).toBe(false);
    expect(await loads('cluster', 'status')).toBe(true);
  });

  it('gives the command the same output as a plain bundle', async () => {
    const plainFolder = installCommand();
    try {
      const plain = path.join(plainFolder, 'localport.cjs');
      const packed = await bundleTo('localport', 'electron/cli/localport.ts');
      const outputOf = async (program: string, args: readonly string[]): Promise<string> =>
        (await run(program, ...args)).replace(/after \d+ ms/, 'in time');
      const config = path.join(folder, 'localport.yaml');
      writeFileSync(
        config,
        `services:
  - { name: web, technology: kubectl, local_port: 18080, remote_port: 80, connection: { resource_name: web, context: prod } }
`,
        { mode: 0o600 },
      );
      mkdirSync(path.join(folder, '.kube'));
      writeFileSync(path.join(folder, '.kube/config'), 'contexts: [{ name: prod }]\n');
      for (const args of [
        ['--help'],
        ['status', '--help'],
        ['--version'],
        ['status', '-o', 'json'],
        ['config', 'schema'],
        ['config', 'validate', 'missing.yaml'],
        ['completion', 'bash'],
        ['import', 'ssh'],
        ['cluster', 'status'],
        ['doctor', '--config', config, '-o', 'text'],
        ['metrics'],
        ['nonsense'],
      ])
        expect(await outputOf(packed, args), args.join(' ')).toBe(await outputOf(plain, args));
    } finally {
      rmSync(plainFolder, { recursive: true, force: true });
    }
  });
});
