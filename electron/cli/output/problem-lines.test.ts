import { describe, expect, it } from 'vitest';
import { compileText, testConfigPath } from '../../core/config/testing/config-text.ts';
import { plainPalette } from './palette.ts';
import { problemLines } from './problem-lines.ts';

/** Everything that is reported about a text with a mistake in it. */
function told(text: string): string {
  const compiled = compileText(text);
  const problems = compiled.ok ? [] : compiled.error;
  return problemLines({ path: testConfigPath, problems }, plainPalette).join('\n');
}

const service = (...lines: readonly string[]): string =>
  ['services:', '  - name: db', ...lines, ''].join('\n');

it.each<readonly [string, string, string]>([
  [
    'no space after a colon',
    service('    technology:ssh', '    local_port: 1'),
    `error: a space is missing after "technology:" (localport.yaml:3)
  3 |     technology:ssh
    |                ^`,
  ],
  [
    'no space after the first colon of an entry',
    'services:\n  - name:db\n    technology: ssh\n',
    `error: a space is missing after "name:" (localport.yaml:2)
  2 |   - name:db
    |          ^`,
  ],
  [
    'no space after a dash',
    'services:\n  -name: db\n   technology: ssh\n',
    `error: a space is missing after the dash (localport.yaml:2)
  2 |   -name: db
    |    ^`,
  ],
  [
    'no colon',
    service('    technology ssh', '    local_port: 1'),
    `error: a colon is missing after "technology" (localport.yaml:3)
  3 |     technology ssh
    |               ^`,
  ],
  [
    'a tab, which is shown as an arrow',
    service('\ttechnology: ssh'),
    `error: a tab is used here: YAML is indented with spaces only (localport.yaml:3)
  3 | →technology: ssh
    | ^`,
  ],
  [
    'a quote that is not closed, where it opens',
    service("    description: 'it works", '    local_port: 1'),
    `error: the quote ' that opens here is not closed (localport.yaml:3)
  3 |     description: 'it works
    |                  ^`,
  ],
  [
    'a quote that is not closed, before others that are',
    service('    description: "one', '    technology: "ssh"'),
    `error: the quote " that opens here is not closed (localport.yaml:3)
  3 |     description: "one
    |                  ^`,
  ],
  [
    'an apostrophe within quotes',
    service("    description: 'it's here'"),
    `error: the value ends at the quote before this: put the whole value in quotes of the other kind (localport.yaml:3)
  3 |     description: 'it's here'
    |                      ^`,
  ],
  [
    'a bracket that is not closed, where it opens',
    service('    connection: {host: bastion', '    local_port: 1'),
    `error: the { that opens here is not closed (localport.yaml:3)
  3 |     connection: {host: bastion
    |                 ^`,
  ],
  [
    'a bracket too many',
    service('    connection: {host: bastion}}'),
    `error: this } closes nothing (localport.yaml:3)
  3 |     connection: {host: bastion}}
    |                                ^`,
  ],
  [
    'a key too deep',
    service('    technology: ssh', '      local_port: 1'),
    `error: this line is indented by 6 spaces, the key above by 4 (localport.yaml:4)
  4 |       local_port: 1
    |       ^`,
  ],
  [
    'a key not deep enough',
    service('    technology: ssh', '   local_port: 1'),
    `error: this line is indented by 3 spaces, the key above by 4 (localport.yaml:4)
  4 |    local_port: 1
    |    ^`,
  ],
  [
    'an entry at another depth than the one before',
    service('    technology: ssh', '   - name: web'),
    `error: this line is indented by 3 spaces, the entry above by 2 (localport.yaml:4)
  4 |    - name: web
    |    ^`,
  ],
  [
    'a first entry without its dash',
    'services:\n  name: db\n  technology: ssh\n  - name: web\n',
    `error: this entry begins with a dash, but what stands above it in the list does not (localport.yaml:4)
  4 |   - name: web
    |   ^`,
  ],
  [
    'a value with a colon in it',
    service('    description: note: this'),
    `error: a value with a colon in it needs quotes around it (localport.yaml:3)
  3 |     description: note: this
    |                  ^`,
  ],
  [
    'a value that begins with a reserved character',
    service('    description: @home'),
    `error: a value that begins with @ needs quotes around it (localport.yaml:3)
  3 |     description: @home
    |                  ^`,
  ],
])('says what to fix, and shows where: %s', (_, text, expected) => {
  expect(told(text)).toBe(expected);
});

it('shows variables as written', () => {
  expect(told(service('    description: ${HOME}: x: y'))).toContain('description: ${HOME}: x: y\n');
});

describe('a syntax error never shows a secret', () => {
  it.each<readonly [string, string]>([
    ['the value of a key', '    password: "hush'],
    ['the value of a quoted key', '    "password": "hush'],
    ['a key in a mapping of one line', `    connection: {'password': hush, host: "x`],
    ['a key without its colon', '    password hush'],
    ['an option', '    argv: [mysql, --password, hush, "x'],
    ['an option with its value', '    argv: [mysql, --password=hush, "x'],
    ['an option of one letter', '    argv: [sshpass, -p, "hush'],
    ['an option of one letter in a command', '    command: "sshpass -p hush ssh'],
    ['a letter with its value', '    argv: ["mysql", "-pHush", "x'],
    ['the user and password of curl', '    command: "curl -u me:hush'],
    ['a variable of a program', '    command: "PGPASSWORD=hush psql'],
    ['a header', '    headers: {Authorization: "Bearer hush'],
    ['a header of curl', `    argv: [curl, -H, 'Authorization: Bearer hush', "x`],
    ['a token of a scheme', '    argv: [call, "Bearer hush'],
    ['a URL', '    url: "postgres://u:hush@h'],
    ['a URL with a token', '    url: "https://hush@h'],
    ['a URL without its scheme', '    url: "me:hush@h'],
    ['a parameter of a URL', '    url: "http://h/?sig=hush'],
    ['a key far away in the line', `    x: {y: ${'z'.repeat(1_100)}, password: hush}}`],
    ['the line after the key', '    password:\n      "hush'],
    ['the line after the key and a comment', '    password:\n      # old\n\n      "hush'],
    ['a text below the key', '    password: |\n      a\n      b: c\n      - "hush\n   x'],
    ['a text less indented than its key', '    password: |\n  a\n  "hush'],
    ['the item after an option', '    argv:\n      - mysql\n      - --password\n      - "hush'],
    ['the line after an option', '    argv: [mysql, -p,\n      "hush'],
    ['the line below the name of a header', '    Authorization:\n      "Bearer\n      hush'],
    ['a text after its quote', '    password: "x" hush'],
    ['a reserved character', '    password: @hush'],
    ['a header of a text', '    password: |hush'],
    ['an escape', '    password: "\\Uhush"'],
    ['an alias', '    password: *hush'],
    ['a token', '    password: {x: y} hush'],
  ])('%s', (_, lines) => {
    const said = told(service(lines));
    expect(said).toMatch(/^error: .* \(localport\.yaml:\d+\)$/);
    expect(said).not.toMatch(/hush/i);
  });
});

it("falls back to the parser's message", () => {
  expect(told('a: b\n...\nx\n')).toMatch(/^error: \w/);
});

it('is fast with a very long line and a very long file', () => {
  expect(told(`services:\n  - ${'x'.repeat(200_000)}: "\n`)).toContain('localport.yaml:2');
  expect(told(`${'a: b\n'.repeat(30_000)}c: "\n`)).toContain('localport.yaml:30001');
});
