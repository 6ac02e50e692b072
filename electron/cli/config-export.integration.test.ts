import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCommandLine } from './command-line.ts';
import { testSurroundings } from './testing/test-context.ts';

/** Each is one of the secrets below, wherever it occurs. */
const secrets = [
  's-ssh-1',
  's-url-2',
  's-query-3',
  's-option-4',
  's-script-5',
  's-header-6',
  's-var-7',
  's-default-8',
];

const config = `
version: "1.0"
services:
  - name: far
    technology: ssh
    local_port: 1024
    remote_port: 80
    description: signed with \${MY_TOKEN}
    tags: ["\${MY_TOKEN}"]
    connection: { host: h, password: s-ssh-1, remote_host: "\${MY_TOKEN}.internal" }
    health_check: { type: http, config: { url: "https://me:s-url-2@h/?page=1&api_key=s-query-3&key=s-ssh-1" } }
  - name: own
    technology: command
    local_port: 1025
    connection: { argv: [run, "--as=\${DB_PASSWORD:s-default-8}!", --listen, "{socket}", --password, s-option-4, --name, "\${MY_TOKEN}"] }
    health_check: { type: exec, config: { argv: [sh, -c, "PGPASSWORD=s-script-5 psql; curl -H 'X-Api-Key: s-header-6' h"] } }
`;

let home: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'localport-export-'));
  writeFileSync(path.join(home, 'localport.yaml'), config, { mode: 0o600 });
});

afterEach(() => {
  rmSync(home, { recursive: true });
});

async function exported(...words: readonly string[]): Promise<string> {
  const env = { LOCALPORT_CONFIG: path.join(home, 'localport.yaml'), MY_TOKEN: 's-var-7' };
  const surroundings = testSurroundings({ env, homeDirectory: home, workingDirectory: home });
  expect(await runCommandLine(['config', 'export', ...words], surroundings)).toBe(0);
  return surroundings.printed();
}

it.each([[[]], [['-o', 'json']]])(
  'hides every secret of the config, wherever it occurs: %j',
  async (words) => {
    const text = await exported(...words);
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    expect(parse(text)).toMatchObject({
      services: [
        {
          description: 'signed with [hidden]',
          tags: ['[hidden]'],
          connection: { password: '[hidden]', remote_host: '[hidden].internal' },
          health_check: { config: { url: 'https://me:[hidden]@h/?page=1&api_key=[hidden]&key=[hidden]' } },
        },
        {
          connection: {
            argv: [
              'run',
              '--as=[hidden]!',
              '--listen',
              '{socket}',
              '--password',
              '[hidden]',
              '--name',
              '[hidden]',
            ],
          },
        },
      ],
    });
  },
);

it('shows them on request', async () => {
  const text = await exported('--show-secrets');
  expect(secrets.filter((secret) => !text.includes(secret))).toEqual([]);
});
