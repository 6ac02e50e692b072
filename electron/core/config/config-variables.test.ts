import { describe, expect, it } from 'vitest';
import { compileText, complaintsOf, loadText, sshConfig, tcpEntry } from './testing/config-text.ts';

describe('variables', () => {
  const described = (text: string, env: Record<string, string> = {}): unknown =>
    loadText(sshConfig(`    description: ${text}\n`), env).services[0]?.description;

  it.each<readonly [string, Record<string, string>, unknown]>([
    ['${A}', { A: 'x' }, 'x'],
    ['"<${A}>"', { A: 'a"b\\n\nc' }, '<a"b\\n\nc>'],
    ['${A:def}', {}, 'def'],
    ['${A:def}', { A: '' }, null],
    ['${A:-def}', {}, 'def'],
    ['${A:-def}', { A: '' }, 'def'],
    ['${A:-def}', { A: 'x' }, 'x'],
    ['${A:-}', {}, null],
    ['${A:-${B:-def}}', {}, 'def'],
    ['${A:-${B}}', { B: 'b' }, 'b'],
    ['${A:-${B}}', { A: 'a' }, 'a'],
    ['<${A:-x${B:y}z}>', {}, '<xyz>'],
    ['${A:b:c}', {}, 'b:c'],
    ['${A:}', {}, null],
    ['${ A :d}', { A: 'x' }, 'x'],
    ['${A}-${B:2}', { A: '1' }, '1-2'],
    ['${A}', { A: 'x # no comment' }, 'x # no comment'],
    ['${A}', { A: '${B}', B: 'never' }, '${B}'],
    ['${A}', { A: '- x' }, '- x'],
    ['${A}', { A: '*x' }, '*x'],
  ])('reads %s with %j as %j', (text, env, expected) => {
    expect(described(text, env)).toBe(expected);
  });

  it.each<readonly [string, Record<string, string>, string]>([
    [
      '${A}',
      { A: 'x' },
      '"x" found where a number is expected; this is the value of the environment variable A',
    ],
    ['${A:1}', { A: '70000' }, '70000 is above 65535; this is the value of the environment variable A'],
    [
      '${A:1}',
      { A: '' },
      'is missing, expected a number; write auto to let LocalPort choose one; the environment variable A is empty: for a default in that case, write ${A:-default}',
    ],
    ['${A:x}', {}, '"x" found where a number is expected'],
    ['${A:-70000}', { A: '' }, '70000 is above 65535'],
  ])('says where a wrong port came from: %s with %j', (port, env, message) => {
    const text = sshConfig().replace('local_port: 5432', `local_port: ${port}`);
    expect(complaintsOf(text, env)).toEqual([`error services[0].local_port: ${message} (localport.yaml:4)`]);
  });

  it.each([{}, { A: '' }])('has no default in ${A:?message}, with %j', (env) => {
    const [service] = loadText(sshConfig('    description: ${A:?is needed}\n'), env).services;
    expect(service?.problem).toMatchObject({
      title: 'The environment variable A is not set',
      remedy: 'Set it in your login shell, or give a default: ${A:default}',
    });
  });

  it('points from a default in the form of a shell to the form of LocalPort', () => {
    const [service] = loadText(sshConfig('    description: ${A-x}\n')).services;
    expect(service?.problem?.remedy).toContain('${A:default}');
  });

  it.each([
    ['{host: ${A:a: b}}', '    connection: {host: ${A:a: b}}', '${'],
    ['{host: ${A:-db}, user: "x}', '    connection: {host: ${A:-db}, user: "x}', '"x}'],
    ['{user: ${A}, host: ${B}, port: "1}', '    connection: {user: ${A}, host: ${B}, port: "1}', '"1}'],
    ['{host: ${A:-"}}', '    connection: {host: ${A:-"}}', '${'],
  ])('shows the line of the file, not the values in it: %s', (connection, line, at) => {
    const text = sshConfig().replace('{host: bastion}', connection);
    const result = compileText(text, { B: 'a-long-value' });
    expect(result.ok ? null : result.error[0]?.excerpt).toEqual({ text: line, column: line.indexOf(at) + 1 });
  });

  it('reads a number, a boolean or a list from a variable', () => {
    const text = sshConfig('    tags: ${TAGS}\n    enabled: ${ON}\n').replace(
      'local_port: 5432',
      'local_port: ${PORT}',
    );
    expect(loadText(text, { TAGS: '[a, 5]', ON: 'false', PORT: '15432' }).services[0]).toMatchObject({
      tags: ['a', '5'],
      enabled: false,
      localPort: 15432,
    });
  });

  it('does not let a value inject YAML', () => {
    const hostile = 'x\n    local_port: 1\n    enabled: false';
    expect(loadText(sshConfig('    description: ${A}\n'), { A: hostile }).services[0]).toMatchObject({
      localPort: 5432,
      enabled: true,
      description: hostile,
    });
  });

  it('does not require variables in comments', () => {
    expect(complaintsOf(sshConfig('    # ${NEVER_SET}\n'))).toEqual([]);
  });

  it('does not read inherited object properties as variables', () => {
    expect(loadText(sshConfig('    description: ${constructor:x}\n')).services[0]?.description).toBe('x');
  });

  it('fails only the service that needs an unset variable, and names it with its line', () => {
    const { services } = loadText(
      `services:\n${tcpEntry('a', 1)}${tcpEntry('b', 2, ', description: "${NOPE} and ${NEITHER}"')}${tcpEntry('c', 3)}`,
    );
    expect(services.map(({ name, problem }) => [name, problem?.title ?? null])).toEqual([
      ['a', null],
      ['b', 'The environment variable NOPE is not set'],
      ['c', null],
    ]);
    expect(services[1]?.problem).toMatchObject({
      code: 'variable-unset',
      evidence: 'services[1].description: ${NOPE} is not set (localport.yaml:3)',
      remedy: 'Set it in your login shell, or give a default: ${NOPE:default}',
    });
  });

  it('shows as much of such a service as possible, whichever value is missing', () => {
    const text = `services:
  - name: a
    technology: ssh
    local_port: \${PORT}
    remote_port: \${FAR}
    connection: {host: "\${HOST}", port: "\${SSH_PORT}", user: me}
    hold: \${HOLD}
  - {name: b, technology: "\${TECH}", local_port: \${PORT}, remote_port: 1, connection: {host: h}}
  - {name: c, technology: command, local_port: 3, connection: {argv: "\${ARGV}"}}
  - {name: "\${NAME}", technology: tcp, local_port: 4, remote_port: 1, connection: "\${CONN}"}
`;
    const config = loadText(text);
    expect(config.services).toMatchObject([
      {
        name: 'a',
        localPort: 0,
        holdTimeoutMs: 10_000,
        connection: { host: '${HOST}', port: null, user: 'me', remotePort: 0 },
      },
      { name: 'b', localPort: 0, connection: { technology: 'command' } },
      { name: 'c', localPort: 3, connection: { technology: 'command' } },
      { name: '${NAME}', localPort: 4 },
    ]);
    expect(config.services.map(({ problem }) => problem?.code)).toEqual(Array(4).fill('variable-unset'));
  });

  it('shows the parts of an ssh URL whose variables are set', () => {
    const url = 'ssh://me@${HOST}:${SSH_PORT}';
    const [service] = loadText(sshConfig().replace('bastion', `"${url}"`)).services;
    expect(service).toMatchObject({
      connection: { host: '${HOST}', user: 'me', port: null },
      problem: { code: 'variable-unset' },
    });
  });

  it('fails only the service whose check command needs an unset variable', () => {
    const exec = (argv: string): string => `, health_check: {type: exec, config: {argv: ${argv}}}`;
    const entries = ['["${TOOL}", x]', '[x, "${HOST}"]', '"${ARGV}"'].map((argv, index) =>
      tcpEntry(`s${index}`, index + 1, exec(argv)),
    );
    const { services } = loadText(`services:\n${entries.join('')}`);
    expect(services.map(({ problem }) => problem?.code)).toEqual(Array(3).fill('variable-unset'));
    expect(services[1]?.healthCheck.probe).toEqual({ type: 'exec', argv: ['x', '${HOST}'] });
  });

  it('does not compare entries that an unset variable leaves incomplete', () => {
    const check = '{type: redis, config: {tls: "${TLS}", ca_file: x.pem}}';
    expect(complaintsOf(sshConfig(`    health_check: ${check}\n`))).toEqual([]);
    expect(complaintsOf(sshConfig(`    health_check: ${check}\n`), { TLS: 'no' })).toEqual([
      'warning services[0].health_check.config.ca_file: means nothing without tls: true (localport.yaml:7)',
    ]);
  });

  it('fails the services that inherit an unset variable from defaults, and spares those that override it', () => {
    const text = `defaults:
  health_check: {type: postgres, interval: "\${EVERY}", config: {password: "\${PW}"}}
services:
${tcpEntry('neither', 1)}${tcpEntry('interval', 2, ', health_check: {interval: 5}')}${tcpEntry('both', 3, ', health_check: {interval: 5, config: {password: x}}')}${tcpEntry('other', 4, ', health_check: {interval: 5, type: tcp}')}${tcpEntry('same', 5, ', health_check: {interval: 5, type: postgres}')}`;
    const { services } = loadText(text);
    expect(services.map(({ name, problem }) => [name, problem?.evidence ?? null])).toEqual([
      ['neither', 'defaults.health_check.interval: ${EVERY} is not set (localport.yaml:2)'],
      ['interval', 'defaults.health_check.config.password: ${PW} is not set (localport.yaml:2)'],
      ['both', null],
      ['other', null],
      ['same', 'defaults.health_check.config.password: ${PW} is not set (localport.yaml:2)'],
    ]);
  });

  it('leaves out other values with an unset variable, with a warning', () => {
    const text = `version: "\${V}"\ncluster_contexts:\n  prod: {cluster_health: {interval: "\${I}"}}\n${sshConfig()}`;
    expect(complaintsOf(text)).toEqual([
      'warning version: the environment variable V is not set and has no default, so this is left out (localport.yaml:1)',
      'warning cluster_contexts.prod.cluster_health.interval: the environment variable I is not set and has no default, so this is left out (localport.yaml:3)',
    ]);
  });

  it('counts lines correctly below a value with line breaks', () => {
    const text = sshConfig('    description: ${A}\n    hold: 5x\n');
    expect(complaintsOf(text, { A: 'a\nb\nc' })).toEqual([
      'error services[0].hold: 5x is not a duration: write seconds, or 500ms, 30s, 2m, 1h (localport.yaml:8)',
    ]);
  });
});
