/** Each command line of README and the documentation, run in order as a new user. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installCommand } from '../../electron/cli/testing/installed-command.ts';
import { eventually } from '../../e2e/fixtures/eventually.ts';
import { distDir, projectDir } from '../paths.mjs';
import { type CommandLine, commandLinesOf } from './command-lines.ts';
import { pageFiles } from './pages.ts';
import { DocumentedWorld } from './testing/documented-world.ts';

const linesOf = (file: string): readonly CommandLine[] => commandLinesOf(readFileSync(file, 'utf8'));

const pages = pageFiles()
  .map((file) => ({ name: path.basename(file), lines: linesOf(file) }))
  .filter(({ lines }) => lines.length > 0);

const hasZsh = ['/bin/zsh', '/usr/bin/zsh'].some(existsSync);
/** A command that the developer has installed, and that `uninstall` would remove. */
const hasInstalledCommand = ['/usr/local/bin', '/opt/homebrew/bin'].some((folder) =>
  existsSync(path.join(folder, 'localport')),
);
const canRun = ({ text }: CommandLine): boolean =>
  (hasZsh || !text.includes('completion zsh')) &&
  !(hasInstalledCommand && text.startsWith('localport uninstall'));

interface Failure {
  readonly at: number;
  readonly text: string;
}

describe('the command lines of README', () => {
  const lines = linesOf(path.join(projectDir, 'README.md'));
  let world: DocumentedWorld;

  beforeAll(async () => {
    execFileSync(process.execPath, [path.join(projectDir, 'build/bundle.mjs')]);
    world = await DocumentedWorld.open(distDir, { isInstalled: false });
  }, 60_000);

  afterAll(() => world.close());

  it.runIf(process.platform === 'linux')(
    'start the app, and its own page is readable',
    async () => {
      const app = world.begin('npm start', projectDir);
      const welcome = async (): Promise<string | undefined> => {
        const { out } = await world.user.run('status', '-o', 'json');
        const { services } = JSON.parse(out) as {
          services: { name: string; state: string; addresses: string[] }[];
        };
        return services.find(({ name, state }) => name === 'welcome' && state === 'up')?.addresses[0];
      };
      await eventually('the page is up', async () => (await welcome()) !== undefined, 90_000);
      const answer = await fetch(`http://${await welcome()}`);
      expect(await answer.text()).toContain('Your first forward works.');
      await world.user.run('daemon', 'stop');
      const { code, out } = await app.ended;
      expect(code).toBe(0);
      expect(out).toContain(
        'LocalPort is running without a display; Ctrl-C stops it; your first forward: http:',
      );
    },
    120_000,
  );

  it('give a new user a forward that carries bytes', async () => {
    const failures: Failure[] = [];
    let answer = '';
    for (const { text, at } of lines) {
      // The first one has a separate test, and the other one runs this test.
      if (/^npm (?:start|test)\b/.test(text)) continue;
      const { code, out, err } = await world.run(text, projectDir);
      if (code !== 0) failures.push({ at, text: `${text}\n${code}\n${out}${err}` });
      if (text.startsWith('curl ')) answer = out;
    }
    expect(failures).toEqual([]);
    expect(answer).toBe('well\n');
  }, 120_000);

  it('name how to set it up, start it, and test it', () => {
    const firstWords = lines.map(({ text }) => text.split(/ {2,}/)[0]);
    expect(firstWords).toEqual(expect.arrayContaining(['npm start', 'npx localport --help', 'npm test']));
  });
});

describe('the command lines of the documentation', () => {
  let programFolder: string;
  let world: DocumentedWorld;

  beforeAll(async () => {
    programFolder = installCommand();
    world = await DocumentedWorld.open(programFolder, { isInstalled: true });
  }, 60_000);

  afterAll(async () => {
    await world.close();
    rmSync(programFolder, { recursive: true, force: true });
  });

  /** The assumptions of an example. */
  const prepare = async (line: string): Promise<void> => {
    await world.settle();
    const { home, configFile } = world.user;
    const inHome = (...names: readonly string[]): string => path.join(home, ...names);
    const write = (file: string, text = world.configText): void => {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text, { mode: 0o600 });
    };
    if (/daemon start --/.test(line)) await world.user.run('daemon', 'stop');
    if (/--config ~\/work\.yaml/.test(line)) write(inHome('work.yaml'));
    if (/config init|import kube .*--write/.test(line)) rmSync(configFile);
    if (/validate team\.yaml/.test(line)) write(inHome('team.yaml'));
    if (/trust/.test(line)) write(inHome('localport.yaml'));
    if (/untrust/.test(line)) await world.user.run('trust');
    if (/~\/work\//.test(line)) write(inHome('work/localport.yaml'));
    if (/import ssh/.test(line)) write(inHome('.ssh/config'), 'Host forwards\n');
    if (/config\/fish/.test(line)) mkdirSync(inHome('.config/fish/completions'), { recursive: true });
    if (/^localport undo/.test(line)) await world.user.run('remove', 'cache', '--yes');
    if (/secret remove "/.test(line)) await world.remember('password of me@bastion');
    else if (/secret remove/.test(line)) await world.run('echo s3cret | localport secret set bastion');
  };

  it.each(pages)(
    'of $name succeed',
    async ({ lines }) => {
      const failures: Failure[] = [];
      for (const { text, at } of lines.filter(canRun)) {
        await prepare(text);
        const { code, out, err } = await world.run(text);
        if (code !== 0) failures.push({ at, text: `${text}\n${code}\n${out}${err}` });
      }
      expect(failures).toEqual([]);
    },
    400_000,
  );
});
