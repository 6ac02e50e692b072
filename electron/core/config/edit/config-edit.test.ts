import { describe, expect, it } from 'vitest';
import type { ServiceDraft } from '../../../../shared/service-edit.ts';
import { editConfigText, type ConfigEdit } from './config-edit.ts';
import { readEditable } from './editable-config.ts';

function edited(text: string, edit: ConfigEdit): string {
  const result = editConfigText(text, edit);
  return result.ok ? result.value.text : `refused: ${result.error}`;
}

const cache: ServiceDraft = {
  name: 'cache',
  technology: 'tcp',
  local_port: 6379,
  remote_port: 6379,
  connection: { host: '10.0.0.7' },
};
const add = (text: string, ...drafts: readonly ServiceDraft[]): string =>
  edited(text, { kind: 'add', drafts: drafts.length === 0 ? [cache] : drafts });
const remove = (text: string, name: string): string => edited(text, { kind: 'remove', name });

/** The service in the file, changed as a form would. */
function change(text: string, name: string, fields: (draft: ServiceDraft) => ServiceDraft): string {
  const read = readEditable(text);
  if (!read.ok) throw new Error(read.error);
  const basedOn = read.value.entries.find((entry) => entry['name'] === name);
  if (basedOn === undefined) throw new Error(`no ${name}`);
  return edited(text, { kind: 'change', basedOn, draft: fields(basedOn) });
}
const set = (text: string, name: string, fields: ServiceDraft): string =>
  change(text, name, (draft) => ({ ...draft, ...fields }));
const setConnection = (text: string, name: string, fields: ServiceDraft): string =>
  change(text, name, (draft) => ({
    ...draft,
    connection: { ...(draft['connection'] as object), ...fields },
  }));
const without = (text: string, name: string, key: string): string =>
  change(text, name, (draft) => Object.fromEntries(Object.entries(draft).filter(([known]) => known !== key)));

const twoServices = `# mine
version: "1.0"
services:
  # The main one.
  - name: db   # do not touch
    technology: ssh
    local_port: 5432
    remote_port: 5432
    connection:
        host: 'bastion'
        # user: me
  - name: web
    technology: tcp
    local_port: 8080
    remote_port: 80
    tags: [a, "b"]
    connection: {host: web.internal}

defaults:
  health_check: {interval: 30s}
`;

const entry = `  - name: cache
    technology: tcp
    local_port: 6379
    remote_port: 6379
    connection:
      host: 10.0.0.7
`;

describe('adding a service', () => {
  it.each([
    ['an empty file', '', `services:\n${entry}`],
    ['a file of comments', '# mine\n', `# mine\nservices:\n${entry}`],
    ['a file without services', 'version: "1.0"\n', `version: "1.0"\nservices:\n${entry}`],
    ['services without a value', 'services: # none yet\n', `services: # none yet\n${entry}`],
    [
      'an empty list',
      "version: '1.0'\n\nservices: []\n#  - name: x\n",
      `version: '1.0'\n\nservices:\n${entry}#  - name: x\n`,
    ],
    ['services: ~', 'services: ~\n', `services:\n${entry}`],
    ['no last line end', 'services: []', `services:\n${entry.trimEnd()}`],
    ['no last line end, no value', 'services:', `services:\n${entry.trimEnd()}`],
  ])('to %s', (_what, text, expected) => {
    expect(add(text)).toBe(expected);
  });

  it('goes after the last one, with its indentation, and leaves its comments in place', () => {
    expect(add(twoServices)).toBe(
      twoServices.replace(
        'web.internal}\n',
        'web.internal}\n  - name: cache\n    technology: tcp\n    local_port: 6379\n    remote_port: 6379\n    connection:\n        host: 10.0.0.7\n',
      ),
    );
  });

  it('keeps blank lines between services, dashes below their key, and Windows line ends', () => {
    const text = 'services:\n- name: a\n  x: 1\n\n- name: b\n  x: 2\n  # y: 3\n\n# end\n'.replaceAll(
      '\n',
      '\r\n',
    );
    const added =
      'services:\n- name: a\n  x: 1\n\n- name: b\n  x: 2\n  # y: 3\n\n- name: c\n  tags: [x]\n\n# end\n';
    expect(add(text, { name: 'c', tags: ['x'] })).toBe(added.replaceAll('\n', '\r\n'));
  });

  it('to JSON as JSON', () => {
    const text = `${JSON.stringify({ version: '1.0', services: [{ name: 'a', local_port: 1 }] }, null, 2)}\n`;
    const both = { version: '1.0', services: [{ name: 'a', local_port: 1 }, cache] };
    expect(add(text)).toBe(`${JSON.stringify(both, null, 2)}\n`);
    expect(JSON.parse(add('{"services": []}'))).toEqual({ services: [cache] });
    expect(JSON.parse(add('{}'))).toEqual({ services: [cache] });
    expect(add('{\n  "services": []\n}\n')).toBe(`${JSON.stringify({ services: [cache] }, null, 2)}\n`);
  });

  it.each([
    ['an empty file', ''],
    ['an empty list', 'services: []\n'],
    ['a list', twoServices],
    ['a list with blank lines', 'services:\n- name: a\n  x: 1\n\n- name: b\n  x: 2\n'],
    ['a list in brackets', 'services: [{name: a}]\n'],
    ['JSON', `${JSON.stringify({ services: [{ name: 'a' }] }, null, 2)}\n`],
    ['JSON in one line', '{"services": [{"name": "a"}]}'],
    ['JSON without services', '{\n  "version": "1.0"\n}\n'],
  ])('several at once: the same text as one after the other, in %s', (_, text) => {
    const [two, three] = [
      { ...cache, name: 'two' },
      { ...cache, name: 'three' },
    ];
    expect(add(text, cache, two, three)).toBe(add(add(add(text, cache), two), three));
  });

  it('quotes values that YAML would not read as text', () => {
    const draft = {
      name: 'yes',
      technology: 'command',
      local_port: 1,
      description: 'a: b # c',
      connection: { argv: ['sh', '-c', 'nc {local_port}\nexit', '0123', '${HOME}/x', '~'] },
    };
    expect(add('services:\n', draft)).toBe(`services:
  - name: "yes"
    technology: command
    description: "a: b # c"
    local_port: 1
    connection:
      argv:
        - sh
        - -c
        - |-
          nc {local_port}
          exit
        - "0123"
        - \${HOME}/x
        - "~"
`);
  });

  it.each([
    ['a list that stands elsewhere', 'x-a: &a\n  - name: x\nservices: *a\n', 'the rest of the file'],
    ['services that are no list', 'services: {a: 1}\n', 'services is not a list'],
    ['broken YAML', 'services: [\n', 'line 1: the [ that opens here is not closed'],
    ['a list that a variable makes', 'services: ${LIST}\n', 'services is not a list'],
    ['a second document', 'services: []\n---\na: 1\n', 'second YAML document'],
  ])('is refused with %s', (_what, text, why) => {
    expect(add(text)).toMatch(/^refused: /);
    expect(add(text)).toContain(why);
  });
});

describe('changing a service', () => {
  it('changes only the value, and keeps its quotes', () => {
    expect(set(twoServices, 'db', { local_port: 5433 })).toBe(twoServices.replace('5432', '5433'));
    expect(setConnection(twoServices, 'db', { host: 'other' })).toBe(
      twoServices.replace("'bastion'", "'other'"),
    );
    expect(setConnection(twoServices, 'web', { host: 'a b' })).toBe(
      twoServices.replace('web.internal', 'a b'),
    );
    expect(set(twoServices, 'web', { name: 'site' })).toBe(twoServices.replace('web\n', 'site\n'));
  });

  it('inserts a new key at its usual position', () => {
    expect(set(twoServices, 'web', { enabled: false, bind: '0.0.0.0' })).toBe(
      twoServices
        .replace('local_port: 8080\n', 'local_port: 8080\n    bind: 0.0.0.0\n')
        .replace('remote_port: 80\n', 'remote_port: 80\n    enabled: false\n'),
    );
    expect(setConnection(twoServices, 'db', { user: 'me', remote_host: 'db' })).toBe(
      twoServices.replace("'bastion'\n", "'bastion'\n        user: me\n        remote_host: db\n"),
    );
    expect(setConnection(twoServices, 'web', { x: 1 })).toBe(
      twoServices.replace('web.internal}', 'web.internal, x: 1}'),
    );
    expect(set(twoServices, 'web', { health_check: { type: 'http', interval: '5s' } })).toBe(
      twoServices.replace(
        'web.internal}\n',
        'web.internal}\n    health_check:\n        type: http\n        interval: 5s\n',
      ),
    );
  });

  it('removes a key with its line', () => {
    expect(without(twoServices, 'db', 'remote_port')).toBe(
      twoServices.replace('    remote_port: 5432\n', ''),
    );
    expect(without(twoServices, 'web', 'connection')).toBe(
      twoServices.replace('    connection: {host: web.internal}\n', ''),
    );
    expect(without('services:\n  - x: 1 # c\n    name: a', 'a', 'x')).toBe('services:\n  - # c\n    name: a');
    expect(without('services:\n  - x: 1\n    name: a', 'a', 'x')).toBe('services:\n  - name: a');
    expect(without('services:\n  - name: a\n    x: 1', 'a', 'x')).toBe('services:\n  - name: a');
  });

  it('changes lists item by item', () => {
    expect(set(twoServices, 'web', { tags: ['a', 'c'] })).toBe(twoServices.replace('"b"', '"c"'));
    expect(set(twoServices, 'web', { tags: ['x', 'a', 'b', 'z'] })).toBe(
      twoServices.replace('[a, "b"]', '[x, a, "b", z]'),
    );
    expect(set(twoServices, 'web', { tags: ['b'] })).toBe(twoServices.replace('[a, "b"]', '["b"]'));
    expect(set(twoServices, 'web', { tags: [] })).toBe(twoServices.replace('    tags: [a, "b"]\n', ''));
    const block = 'services:\n  - name: a\n    tags:\n      - one # 1\n      - two # 2\n      - three\n';
    expect(set(block, 'a', { tags: ['one', 'three', 'four'] })).toBe(
      'services:\n  - name: a\n    tags:\n      - one # 1\n      - three\n      - four\n',
    );
    expect(set(block, 'a', { tags: ['zero', 'one', 'two', 'three'] })).toBe(
      block.replace('      - one', '      - zero\n      - one'),
    );
  });

  it('replaces a value by one of another kind', () => {
    const text =
      'services:\n  - name: a\n    description: |\n      long\n      text\n    x: # c\n      y: 1\n    z:\n';
    expect(set(text, 'a', { description: 'short' })).toBe(
      text.replace(' |\n      long\n      text\n', ' short\n'),
    );
    expect(set(text, 'a', { description: 'two\nlines' })).toBe(
      text
        .replace('      long\n      text\n', '      two\n      lines\n')
        .replace('|', '"two\\nlines"')
        .replace('      two\n      lines\n', ''),
    );
    expect(set(text, 'a', { x: 5 })).toBe(text.replace(' # c\n      y: 1\n', ' 5 # c\n'));
    expect(set(text, 'a', { z: { w: [1, 2] } })).toBe(`${text}      w: [1, 2]\n`);
  });

  it('keeps variables, and accepts new ones', () => {
    const text =
      'services:\n  - name: ${NAME:db}\n    local_port: ${PORT:5432}\n    connection: {host: "${H}"}\n';
    expect(set(text, '${NAME:db}', { remote_port: '${PORT:5432}' })).toBe(
      text.replace('}\n    connection', '}\n    remote_port: ${PORT:5432}\n    connection'),
    );
    expect(setConnection(text, '${NAME:db}', { user: '${U}' })).toBe(
      text.replace('"${H}"}', '"${H}", user: "${U}"}'),
    );
  });

  it('gives a service its own value in place of one from an alias or a merge', () => {
    const text =
      'x-base: &base\n  remote_port: &p 1\n  connection: &c {host: h}\nservices:\n  - <<: *base\n    name: a\n    local_port: *p\n    connection: *c\n  - name: b\n    <<: *base\n';
    expect(set(text, 'a', { local_port: 7 })).toBe(text.replace('*p', '7'));
    expect(set(text, 'b', { remote_port: 7 })).toBe(`${text}    remote_port: 7\n`);
    expect(setConnection(text, 'a', { host: 'g' })).toBe(
      text.replace('*c', '\n      host: g').replace(': \n', ':\n'),
    );
    expect(setConnection(text, 'b', { host: 'g' })).toBe(`${text}    connection:\n      host: g\n`);
    expect(without(text, 'b', 'remote_port')).toContain('comes from a merge (<<) in line 9');
  });

  it('is refused if it would change another service as well', () => {
    const text = 'services:\n  - &a\n    name: a\n    local_port: 1\n  - <<: *a\n    name: b\n  - name: c\n';
    expect(set(text, 'a', { local_port: 2 })).toContain('b would change with it');
    expect(set(text, 'b', { local_port: 2 })).toBe(text.replace('name: b\n', 'name: b\n    local_port: 2\n'));
    expect(remove(text, 'a')).toMatch(/^refused: .*names no anchor/);
    expect(remove(text, 'b')).toBe('services:\n  - &a\n    name: a\n    local_port: 1\n  - name: c\n');
  });

  it('merges with concurrent changes, and is refused for the same field', () => {
    const basedOn = {
      name: 'db',
      technology: 'ssh',
      local_port: 5432,
      remote_port: 5432,
      connection: { host: 'bastion' },
    };
    const now = twoServices.replace('remote_port: 5432', 'remote_port: 5444');
    const draft = { ...basedOn, local_port: 5433 };
    expect(edited(now, { kind: 'change', basedOn, draft })).toBe(now.replace('5432', '5433'));
    expect(edited(now, { kind: 'change', basedOn, draft: { ...basedOn, remote_port: 5445 } })).toBe(
      'refused: remote_port was changed in the file meanwhile, to 5444: look at it again',
    );
    expect(edited(now, { kind: 'change', basedOn, draft: { ...basedOn, remote_port: 5444 } })).toBe(now);
    expect(edited(now, { kind: 'change', basedOn: { ...basedOn, name: 'gone' }, draft })).toBe(
      'refused: there is no service gone in the file any more',
    );
  });
});

describe('removing a service', () => {
  it('removes its lines, including commented-out ones within it', () => {
    expect(remove(twoServices, 'db')).toBe(twoServices.replace(/ {2}- name: db[^]*# user: me\n/, ''));
    expect(remove(twoServices, 'web')).toBe(twoServices.replace(/ {2}- name: web[^]*internal\}\n/, ''));
  });

  it('removes one of two blank lines with it, and the list with the last service', () => {
    const text = 'services:\n  - name: a\n\n  - name: b\n\n  - name: c\n';
    expect(remove(text, 'b')).toBe('services:\n  - name: a\n\n  - name: c\n');
    expect(remove(text, 'c')).toBe('services:\n  - name: a\n\n  - name: b\n');
    expect(remove('services: # all\n  - name: a\nx-b: 1\n', 'a')).toBe('services: # all\nx-b: 1\n');
    expect(remove('services:\n  - name: a', 'a')).toBe('services:');
  });

  it('from JSON', () => {
    const json = (names: readonly string[]): string =>
      `${JSON.stringify({ services: names.map((name) => ({ name })) }, null, 2)}\n`;
    expect(remove(json(['a', 'b', 'c']), 'b')).toBe(json(['a', 'c']));
    expect(remove(json(['a', 'b']), 'b')).toBe(json(['a']));
    expect(JSON.parse(remove(json(['a']), 'a'))).toEqual({ services: [] });
    expect(remove('{"services": [{"name": "a"}, {"name": "b"}]}', 'b')).toBe('{"services": [{"name": "a"}]}');
  });

  it('is refused if several services have the name, or none', () => {
    expect(remove('services:\n  - name: a\n  - name: a\n', 'a')).toBe(
      'refused: 2 services in the file are called a',
    );
    expect(remove('services:\n  - name: a\n', 'b')).toBe(
      'refused: there is no service b in the file any more',
    );
  });
});
