import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EditResult, ServiceDraft } from '../../../../shared/service-edit.ts';
import { systemClock } from '../../clock.ts';
import { bundleProgram } from '../../process/testing/bundled-program.ts';
import { compileInProcess } from '../in-process-compiler.ts';
import { starterConfig } from '../starter-config.ts';
import { digestOf, TrustStore } from '../trust-store.ts';
import { ConfigEditor, type ConfigEditorParts } from './config-editor.ts';
import { EditJournal } from './edit-journal.ts';
import { workInProcess } from './text-work.ts';

let folder: string;
let file: string;
let written: unknown[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'config-editor-'));
  file = path.join(folder, 'config.yaml');
  written = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const stateDirectory = (): string => path.join(folder, 'state');

function editorOf(change: Partial<ConfigEditorParts> = {}): ConfigEditor {
  return new ConfigEditor({
    path: file,
    needsTrust: false,
    trust: new TrustStore(stateDirectory()),
    journal: new EditJournal(stateDirectory(), systemClock),
    stateDirectory: stateDirectory(),
    uid: process.getuid?.() ?? 0,
    homeDirectory: folder,
    environment: () => ({ TOKEN: 'hush' }),
    compile: compileInProcess,
    work: workInProcess,
    clock: systemClock,
    listenAddresses: () => Promise.resolve([]),
    tryOut: () => Promise.resolve({ ok: true, message: 'Connected', remedy: null, tookMs: 1 }),
    onWritten: (renamed) => {
      written.push(renamed);
      return Promise.resolve();
    },
    ...change,
  });
}

/** Old files can be removed from it, but no new one fits. */
class FullDisk extends EditJournal {
  override keep(): Promise<string> {
    return Promise.reject(new Error('ENOSPC'));
  }
}

class ReadOnlyFolder extends FullDisk {
  override forget(): Promise<void> {
    return Promise.reject(new Error('EROFS'));
  }
}

const db: ServiceDraft = {
  name: 'db',
  technology: 'tcp',
  local_port: 15432,
  remote_port: 5432,
  connection: { host: 'db.example.com' },
};
const dbText = `services:
  # keep me
  - name: db
    technology: tcp
    local_port: 15432 # keep me, too
    remote_port: 5432
    connection: {host: db.example.com}
`;
const text = (): string => readFileSync(file, 'utf8');
const save = async (draft: ServiceDraft, basedOn: ServiceDraft | null = null): Promise<EditResult> =>
  valueOf(await editorOf().save({ draft, basedOn }));
const undo = async (token: string | null = null) => valueOf(await editorOf().undo({ token }));

function valueOf<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string },
): T {
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

describe('saving', () => {
  it('creates a config if there is none: the starter config with the service in it', async () => {
    const saved = await save(db);
    expect(saved).toMatchObject({ done: true, name: 'db', path: file, line: 6 });
    expect(text().replace(/ {2}- name: db\n(?: {4}.*\n)*/, '')).toBe(starterConfig);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await undo()).toEqual({ done: true, path: file, what: 'added db' });
    expect(text()).toBe(starterConfig);
    expect(written.length).toBe(2);
  });

  it('creates no config for a service that is refused', async () => {
    expect(await save({ ...db, local_port: 70_000 })).toMatchObject({ done: false });
    expect(valueOf(await editorOf().addAll({ drafts: [{ ...db, local_port: 70_000 }] })).names).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });

  it('keeps mode, links, byte order mark and line ends, and reports a rename', async () => {
    const real = path.join(folder, 'real.yaml');
    const before = `\ufeff${dbText.replaceAll('\n', '\r\n')}`;
    writeFileSync(real, before);
    chmodSync(real, 0o640);
    symlinkSync('real.yaml', file);
    const saved = await save({ ...db, name: 'pg' }, db);
    expect(saved).toMatchObject({ done: true, name: 'pg', line: 3 });
    expect(readFileSync(real, 'utf8')).toBe(before.replace('name: db', 'name: pg'));
    expect(statSync(real).mode & 0o777).toBe(0o640);
    expect(written).toEqual([{ from: 'db', to: 'pg' }]);
    expect(await undo()).toEqual({ done: true, path: file, what: 'changed db' });
    expect(readFileSync(real, 'utf8')).toBe(before);
  });

  it('writes nothing invalid, and reports the errors by field', async () => {
    writeFileSync(file, dbText);
    expect(await save({ ...db, name: 'b', local_port: 70000, connection: { hst: 'x' } })).toEqual({
      done: false,
      message: 'local_port: 70000 is above 65535 (and 1 more)',
      findings: [
        { severity: 'error', field: 'local_port', message: '70000 is above 65535' },
        {
          severity: 'error',
          field: 'connection.hst',
          message: 'unknown key; did you mean host?',
        },
      ],
    });
    expect(await save({ ...db, name: 'b' })).toMatchObject({
      findings: [{ field: 'local_port', message: '15432 is taken by db' }],
    });
    expect(text()).toBe(dbText);
  });

  it('refuses an edit that causes an error in another service, but ignores existing errors there', async () => {
    const both = `${dbText}  - {name: web, technology: tcp, local_port: 15433, remote_port: 80, connection: {host: h}}\n`;
    writeFileSync(file, both);
    expect(await save({ ...db, local_port: 15433 }, db)).toMatchObject({
      done: false,
      findings: [{ severity: 'error', field: 'local_port', message: '15433 is taken by web' }],
    });
    const faulty = both.replace('remote_port: 80', 'remote_port: 800000');
    writeFileSync(file, faulty);
    expect(await save({ ...db, local_port: 15434 }, db)).toMatchObject({ done: true });
    expect(text()).toBe(faulty.replace('15432', '15434'));
  });

  it('merges with changes in the file, and refuses an edit of the same field', async () => {
    writeFileSync(file, dbText);
    const { draft: basedOn } = valueOf(await editorOf().read({ name: 'db' }));
    writeFileSync(file, `# new\n${dbText.replace('5432}', '5432}').replace('db.example.com', 'other')}`);
    expect(await save({ ...basedOn, remote_port: 5433 }, basedOn)).toMatchObject({ done: true, line: 4 });
    expect(text()).toContain('# new');
    expect(text()).toContain('host: other');
    const refused = await save({ ...basedOn, connection: { host: 'mine' } }, basedOn);
    expect(refused).toMatchObject({
      done: false,
      message: 'connection.host was changed in the file meanwhile, to "other": look at it again',
    });
  });

  it('redoes the edit if the file changes right before the write, and loses nothing', async () => {
    writeFileSync(file, dbText);
    let compilations = 0;
    const editor = editorOf({
      compile: (source, context, signal) => {
        if ((compilations += 1) === 1) writeFileSync(file, `# meanwhile\n${dbText}`);
        return compileInProcess(source, context, signal);
      },
    });
    const saved = valueOf(await editor.save({ draft: { ...db, local_port: 1234 }, basedOn: db }));
    expect(saved).toMatchObject({ done: true });
    expect(text()).toBe(`# meanwhile\n${dbText.replace('15432', '1234')}`);
  });

  it('gives up on a file that changes constantly, and leaves it unchanged', async () => {
    writeFileSync(file, dbText);
    let writes = 0;
    const editor = editorOf({
      compile: (source, context, signal) => {
        writeFileSync(file, `${dbText}# ${(writes += 1)}\n`);
        return compileInProcess(source, context, signal);
      },
    });
    const refused = valueOf(await editor.save({ draft: { ...db, local_port: 1234 }, basedOn: db }));
    expect(refused).toMatchObject({
      done: false,
      message: `${file} is being written by another program: try again`,
    });
    expect(text()).toBe(`${dbText}# ${writes}\n`);
  });

  it('loses neither of two concurrent edits', async () => {
    const editor = editorOf();
    const drafts = Array.from({ length: 5 }, (_, index) => ({
      ...db,
      name: `s${index}`,
      local_port: 2000 + index,
    }));
    await Promise.all(drafts.map((draft) => editor.save({ draft, basedOn: null })));
    expect(text().match(/^ {2}- name: s\d/gm)).toEqual(drafts.map(({ name }) => `  - name: ${name}`));
  });

  it('removes what a writer that was killed long ago has left, and nothing else', async () => {
    writeFileSync(file, dbText);
    const names = [
      'config.yaml.12-1.tmp',
      'config.yaml.13-1.tmp',
      'config.yaml.old.tmp',
      'other.yaml.12-1.tmp',
    ];
    const files = names.map((name) => path.join(folder, name));
    for (const [index, left] of files.entries()) {
      writeFileSync(left, '');
      const at = Date.now() / 1_000 - (index === 1 ? 60 : 7_200);
      utimesSync(left, at, at);
    }
    await editorOf().save({ draft: { ...db, local_port: 1234 }, basedOn: db });
    expect(text()).toContain('1234');
    expect(files.map((left) => existsSync(left))).toEqual([false, true, true, true]);
  });

  it.runIf(process.getuid?.() === 0)('names a folder or file that cannot be written', () => {
    writeFileSync(file, dbText);
    chmodSync(folder, 0o755);
    chmodSync(file, 0o644);
    const script = path.join(import.meta.dirname, 'testing/other-user-program.ts');
    const program = bundleProgram(script, folder);
    const asOther = (): string =>
      execFileSync(process.execPath, [program, file, '65534'], { encoding: 'utf8' }).trim();
    expect(asOther()).toBe(`the file ${file} is read-only: run chmod u+w ${file}`);
    chownSync(file, 65534, 65534);
    expect(asOther()).toBe(
      `the folder ${folder} is read-only, so the config in it cannot be replaced: run chmod u+w ${folder}`,
    );
    expect(text()).toBe(dbText);
  });

  it('refuses a file that others can write', async () => {
    writeFileSync(file, dbText);
    chmodSync(file, 0o666);
    const result = await editorOf().save({ draft: { ...db, local_port: 1 }, basedOn: db });
    expect(result).toMatchObject({
      ok: false,
      error: expect.stringContaining('can be written by every user') as string,
    });
  });
});

describe('adding several services', () => {
  const service = (name: string, port: number): ServiceDraft => ({ ...db, name, local_port: port });
  const drafts = [service('one', 2001), service('two', 2002), service('three', 2003)];

  it('is one edit: one compilation, one write, one reload, one undo', async () => {
    writeFileSync(file, dbText);
    let compilations = 0;
    const editor = editorOf({
      compile: (...compiled) => {
        compilations += 1;
        return compileInProcess(...compiled);
      },
    });
    expect(valueOf(await editor.addAll({ drafts }))).toMatchObject({
      names: ['one', 'two', 'three'],
      path: file,
      refusals: [],
    });
    expect(text().match(/- name: \w+/g)).toEqual([
      '- name: db',
      '- name: one',
      '- name: two',
      '- name: three',
    ]);
    expect({ compilations, reloads: written.length }).toEqual({ compilations: 1, reloads: 1 });
    expect(await undo()).toEqual({ done: true, path: file, what: 'added one and 2 more' });
    expect(text()).toBe(dbText);
    expect(await undo()).toMatchObject({ done: false, message: 'there is nothing to undo' });
  });

  it('leaves out those with an error: of their own, in another service, and hidden values', async () => {
    writeFileSync(file, dbText);
    const all = [
      service('one', 2001),
      service('db', 2002),
      service('three', 70_000),
      service('four', 15432),
      service('five', 2001),
      { ...service('six', 2006), health_check: { type: 'redis', config: { password: '[hidden]' } } },
      service('seven', 2007),
    ];
    expect(valueOf(await editorOf().addAll({ drafts: all }))).toMatchObject({
      names: ['one', 'seven'],
      refusals: [
        { name: 'six', message: 'health_check.config.password: is hidden here: type it again' },
        { name: 'db', message: 'name: there is already a service "db"' },
        { name: 'three', message: 'local_port: 70000 is above 65535' },
        { name: 'four', message: 'local_port: 15432 is taken by db' },
        { name: 'five', message: 'local_port: 2001 is taken by one' },
      ],
    });
    await undo();
    expect(text()).toBe(dbText);
  });

  it('writes nothing if no service is accepted', async () => {
    writeFileSync(file, dbText);
    const added = valueOf(await editorOf().addAll({ drafts: [service('db', 1), service('two', 0)] }));
    expect(added).toMatchObject({ names: [], undo: '' });
    expect(added.refusals.map(({ name }) => name)).toEqual(['db', 'two']);
    expect([text(), written]).toEqual([dbText, []]);
  });

  it('fails for a file that cannot be edited', async () => {
    writeFileSync(file, 'services: [\n');
    expect(await editorOf().addAll({ drafts })).toMatchObject({ ok: false });
    expect(text()).toBe('services: [\n');
  });

  it('is undone in a file that was changed elsewhere, or in which one was removed', async () => {
    writeFileSync(file, dbText);
    await editorOf().addAll({ drafts });
    writeFileSync(
      file,
      text()
        .replace('# keep me, too', '# changed')
        .replace(/ {2}- name: two\n(?: {4}.*\n)*/, ''),
    );
    expect(await undo()).toMatchObject({ done: true });
    expect(text()).toBe(dbText.replace('# keep me, too', '# changed'));
  });

  it('is not undone in part', async () => {
    writeFileSync(file, dbText);
    await editorOf().addAll({ drafts });
    const edited = text().replace('2003', '2103');
    writeFileSync(file, edited);
    expect(await undo()).toMatchObject({
      done: false,
      message: 'three was changed in the file since it was added: remove it if that is meant',
    });
    expect(text()).toBe(edited);
  });
});

describe('removing and undoing', () => {
  it('restores the bytes, comments and position of a removed service, also if the file changed elsewhere', async () => {
    const before = `${dbText}  - {name: web, technology: tcp, local_port: 15433, remote_port: 80, connection: {host: h}}\n`;
    writeFileSync(file, before);
    const removed = valueOf(await editorOf().remove({ name: 'db' }));
    expect(removed).toMatchObject({ done: true, name: 'db', line: 3 });
    expect(text()).toBe(before.replace(/ {2}- name: db\n(?: {4}.*\n)*/, ''));
    writeFileSync(file, `# elsewhere\n\n\n\n\n${text()}`);
    expect(await undo()).toEqual({ done: true, path: file, what: 'removed db' });
    expect(text()).toBe(`# elsewhere\n\n\n\n\n${before}`);
    expect(await undo()).toMatchObject({ done: false, message: 'there is nothing to undo' });
  });

  it('reverts one field of a service after another field was changed', async () => {
    writeFileSync(file, dbText);
    await save({ ...db, local_port: 1234 }, db);
    writeFileSync(file, text().replace('db.example.com', 'other').replace('# keep me, too', ''));
    expect(await undo()).toMatchObject({ done: true });
    expect(text()).toBe(dbText.replace('db.example.com', 'other').replace('# keep me, too', ''));
  });

  it('refuses to undo a field that was changed since', async () => {
    const added = await save(db);
    if (!added.done) throw new Error(added.message);
    writeFileSync(file, text().replace('15432', '15555'));
    expect(await undo(added.undo)).toMatchObject({
      done: false,
      message: 'db was changed in the file since it was added: remove it if that is meant',
    });
    expect(text()).toContain('15555');
  });

  it('undoes edits one by one, newest first, also by token', async () => {
    writeFileSync(file, dbText);
    const tokens: string[] = [];
    for (const port of [1, 2, 3]) {
      const { draft: basedOn } = valueOf(await editorOf().read({ name: 'db' }));
      const saved = await save({ ...basedOn, local_port: 1000 + port }, basedOn);
      if (saved.done) tokens.push(saved.undo);
    }
    await undo(tokens[2] ?? null);
    await undo();
    expect(text()).toBe(dbText.replace('15432', '1001'));
    expect(await undo(tokens[1] ?? null)).toMatchObject({ done: false });
    expect(await undo('../../etc/passwd')).toMatchObject({ done: false });
    await undo();
    expect(text()).toBe(dbText);
  });

  it.each([
    ['on a full disk, by any process', FullDisk, false],
    ['in a folder that is read-only, by the same host', ReadOnlyFolder, true],
  ])('undoes no older edit after one that could not be recorded %s', async (_, Journal, isSame) => {
    writeFileSync(file, dbText);
    await save({ ...db, name: 'two', local_port: 2002 });
    const journal = new Journal(stateDirectory(), systemClock);
    const unrecorded = valueOf(
      await editorOf({ journal }).save({ draft: { ...db, name: 'three', local_port: 2003 }, basedOn: null }),
    );
    expect(unrecorded).toMatchObject({ done: true, undo: '' });
    const editor = isSame ? editorOf({ journal }) : editorOf();
    expect(valueOf(await editor.undo({ token: null }))).toMatchObject({
      done: false,
      message: 'there is nothing to undo',
    });
    await save({ ...db, name: 'four', local_port: 2004 });
    expect(await undo()).toMatchObject({ what: 'added four' });
  });

  it.skipIf(process.getuid?.() === 0)('undoes nothing while edits cannot be recorded', async () => {
    await save(db);
    chmodSync(path.join(stateDirectory(), 'edits'), 0o500);
    expect(await undo()).toMatchObject({ done: false, message: 'there is nothing to undo' });
    chmodSync(path.join(stateDirectory(), 'edits'), 0o700);
    expect(await undo()).toMatchObject({ done: true });
  });

  it('does not undo an edit of another file', async () => {
    await save(db);
    const other = path.join(folder, 'other.yaml');
    writeFileSync(other, dbText);
    expect(valueOf(await editorOf({ path: other }).undo({ token: null }))).toMatchObject({ done: false });
  });
});

describe('trust', () => {
  const trusting = () => editorOf({ needsTrust: true });
  const isTrusted = async (): Promise<string> =>
    new TrustStore(stateDirectory()).recordOf({ realPath: file, digest: digestOf(text()) });

  it('extends to text that LocalPort writes itself, and to text that an undo restores', async () => {
    writeFileSync(file, dbText);
    await new TrustStore(stateDirectory()).trust({ realPath: file, digest: digestOf(dbText) });
    const draft = { ...db, local_port: 1234 };
    expect(valueOf(await trusting().save({ draft, basedOn: db }))).toMatchObject({ done: true });
    expect(await isTrusted()).toBe('trusted');
    expect(valueOf(await trusting().undo({ token: null }))).toMatchObject({ done: true });
    expect(await isTrusted()).toBe('trusted');
  });

  it('is not gained by an edit', async () => {
    writeFileSync(file, dbText);
    const refused = valueOf(await trusting().save({ draft: { ...db, local_port: 1 }, basedOn: db }));
    expect(refused).toMatchObject({
      done: false,
      message: expect.stringContaining('is not trusted') as string,
    });
    expect(text()).toBe(dbText);
    // If the file needs no trust, none is recorded.
    await save({ ...db, local_port: 1 }, db);
    expect(await isTrusted()).toBe('unknown');
  });
});

describe('secrets', () => {
  const secretText = dbText.replace('tcp', 'ssh').replace('db.example.com', 'h, password: "s3cret\\"x"');

  it('are not revealed, stay unchanged, and can be replaced', async () => {
    writeFileSync(file, secretText);
    const { draft } = valueOf(await editorOf().read({ name: 'db' }));
    expect(draft['connection']).toEqual({ host: 'h', password: '[hidden]' });
    const moved = { ...draft, local_port: 1 };
    const { yaml } = valueOf(await editorOf().validate({ draft: moved, basedOn: draft }));
    expect(yaml).toContain('password: "[hidden]"');
    await save(moved, draft);
    expect(text()).toBe(secretText.replace('15432', '1'));
    const renewed = { ...moved, connection: { host: 'h', password: 'other' } };
    expect(await save(renewed, moved)).toMatchObject({ done: true });
    expect(text()).toContain('password: "other"');
    await undo();
    expect(text()).toBe(secretText.replace('15432', '1'));
  });

  it('that are not known have to be entered again', async () => {
    const draft = { ...db, technology: 'ssh', connection: { host: 'h', password: '[hidden]' } };
    expect(await save(draft)).toMatchObject({
      done: false,
      findings: [{ field: 'connection.password', message: 'is hidden here: type it again' }],
    });
  });
});

describe('proposing', () => {
  const listenAddresses = () =>
    Promise.resolve([{ name: 'db', bind: null, localPort: 15432, isOn: true, isOpen: false }]);
  const propose = async (draft: ServiceDraft) =>
    valueOf(await editorOf({ listenAddresses }).propose({ draft, basedOn: null }));

  it.each([
    [{ technology: 'kubectl', remote_port: 80, connection: { resource_name: 'web' } }, 'web', 8080, 'http'],
    [
      { technology: 'kubectl', remote_port: 'postgres', connection: { selector: 'app=pg' } },
      'pg',
      5432,
      null,
    ],
    [
      { technology: 'ssh', remote_port: 6379, connection: { host: 'me@bastion.example.com' } },
      'bastion',
      6379,
      'redis',
    ],
    [
      { technology: 'ssh', remote_port: 5432, connection: { host: 'b', remote_host: 'db.internal' } },
      'db-2',
      5432,
      'postgres',
    ],
    [{ technology: 'tcp', remote_port: 22, connection: { host: '10.0.0.7' } }, '10.0.0.7', 8022, 'ssh'],
    [{ technology: 'tcp', remote_port: 8080, connection: { host: 'localhost' } }, 'localhost', 8081, 'http'],
    [
      { technology: 'command', connection: { argv: ['/opt/cloud-sql-proxy', '{local_port}'] } },
      'cloud-sql-proxy',
      10000,
      null,
    ],
    [{ technology: 'ssh', dynamic: true, connection: { host: 'b' } }, 'b', 1080, null],
  ])('for %j', async (draft, name, port, check) => {
    writeFileSync(file, dbText);
    const proposed = await propose(draft);
    expect(proposed.draft['name']).toBe(name);
    expect(proposed.draft['local_port']).toBeGreaterThanOrEqual(port);
    expect(proposed.draft['local_port']).toBeLessThan(port + 100);
    expect(proposed.check).toBe(check);
  });

  it('does not change given values, nor a reverse forward without a port', async () => {
    expect((await propose({ ...db, name: 'x' })).draft).toEqual({ ...db, name: 'x' });
    expect((await propose({ technology: 'ssh', remote: true, connection: { host: 'b' } })).draft).toEqual({
      name: 'b',
      technology: 'ssh',
      remote: true,
      connection: { host: 'b' },
    });
  });

  it('finds the holder of a port, and a free port', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen({ host: '127.0.0.1', port: 0 }, () => {
        resolve((server.address() as { port: number }).port);
      });
    });
    const listenAddresses = () =>
      Promise.resolve([
        { name: 'db', bind: null, localPort: 15432, isOn: true, isOpen: false },
        { name: 'off', bind: null, localPort: 15433, isOn: false, isOpen: false },
      ]);
    const holderOf = async (asked: number, except: string | null = null) =>
      valueOf(await editorOf({ listenAddresses }).portHolder({ port: asked, bind: null, except }));
    expect((await holderOf(port)).holder).toMatch(new RegExp(`\\(pid ${process.pid}\\)$`));
    const taken = await holderOf(15432);
    expect(taken.holder).toBe('the service db');
    expect(taken.free).toBeGreaterThan(15433);
    expect((await holderOf(15432, 'db')).holder).toBeNull();
    expect((await holderOf(15433)).holder).toBeNull();
    await new Promise((resolve) => server.close(resolve));
  });
});

it('finds a service whose name is a variable by its value', async () => {
  writeFileSync(file, dbText.replace('name: db', 'name: ${TOKEN}'));
  const { draft } = valueOf(await editorOf().read({ name: 'hush' }));
  expect(draft['name']).toBe('${TOKEN}');
  expect(await save({ ...draft, local_port: 1 }, draft)).toMatchObject({ done: true });
  const now = valueOf(await editorOf().read({ name: 'hush' })).draft;
  const tested = valueOf(await editorOf().test({ draft: { ...now, local_port: 2 }, basedOn: now }));
  expect(tested.message).toBe('Connected');
  expect(valueOf(await editorOf().remove({ name: 'hush' }))).toMatchObject({ done: true });
  expect(text()).toBe('services:\n  # keep me\n');
});

it('reports a missing service as an error, and checks an incomplete draft', async () => {
  expect(await editorOf().read({ name: 'db' })).toEqual({
    ok: false,
    error: `${file}: there is no service db`,
  });
  const { findings, yaml } = valueOf(
    await editorOf().validate({ draft: { technology: 'tcp' }, basedOn: null }),
  );
  expect(findings.map(({ field }) => field)).toEqual(['name', 'local_port', 'connection', 'remote_port']);
  expect(yaml).toBe('- technology: tcp');
  mkdirSync(path.join(folder, 'sub'));
  writeFileSync(file, 'services: [');
  expect(valueOf(await editorOf().validate({ draft: db, basedOn: null }))).toMatchObject({
    findings: [{ severity: 'error', field: '' }],
    yaml: null,
  });
});
