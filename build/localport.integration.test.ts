/** The command of a checkout, with a fake setup in place of the one that installs and bundles. */
import { execFile } from 'node:child_process';
import {
  accessSync,
  constants,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectDir } from './paths.mjs';

let checkout: string;

beforeEach(() => {
  checkout = realpathSync(mkdtempSync(path.join(tmpdir(), 'lp-checkout-')));
  mkdirSync(path.join(checkout, 'build'));
  copyFileSync(path.join(projectDir, 'build/localport.mjs'), inBuild('localport.mjs'));
});

afterEach(() => {
  rmSync(checkout, { recursive: true, force: true });
});

const inBuild = (name: string): string => path.join(checkout, 'build', name);

const run = (program: string, ...args: readonly string[]): Promise<unknown> =>
  new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], (error, out, err) => {
      resolve({ code: error?.code ?? 0, out, err });
    });
  });

const command = `console.log(process.argv.slice(2).join(' '));`;

describe('the command of a checkout', () => {
  it('is what package.json names, for npx and npm link to run', () => {
    const manifest = JSON.parse(readFileSync(path.join(projectDir, 'package.json'), 'utf8')) as {
      readonly bin: Readonly<Record<string, string>>;
    };
    expect(manifest.bin).toEqual({ localport: 'build/localport.mjs' });
    const program = path.join(projectDir, 'build/localport.mjs');
    expect(() => {
      accessSync(program, constants.X_OK);
    }).not.toThrow();
    expect(readFileSync(program, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('builds what it runs if it is missing, reports that beside the answer, and then only runs it', async () => {
    const setUp = `
      import { mkdirSync, writeFileSync } from 'node:fs';
      console.log('building');
      mkdirSync(${JSON.stringify(path.join(checkout, 'dist'))});
      writeFileSync(${JSON.stringify(path.join(checkout, 'dist/localport.cjs'))}, ${JSON.stringify(command)});`;
    writeFileSync(inBuild('command-set-up.mjs'), setUp);
    // As npm link does it: a link to the checkout.
    const link = path.join(checkout, 'localport');
    symlinkSync(inBuild('localport.mjs'), link);
    expect(await run(link, 'status', '-q')).toEqual({ code: 0, out: 'status -q\n', err: 'building\n' });
    expect(await run(link, 'status')).toEqual({ code: 0, out: 'status\n', err: '' });
  });

  it('fails with the output of the setup', async () => {
    writeFileSync(inBuild('command-set-up.mjs'), `console.error('no network'); process.exitCode = 1;`);
    expect(await run(inBuild('localport.mjs'))).toEqual({ code: 1, out: '', err: 'no network\n' });
  });
});
