import { describe, expect, it } from 'vitest';
import { describeRoute } from '../../../shared/route-text.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { serviceSpec } from '../testing/service-spec.ts';
import { complaintsOf, loadText, sshConfig, testConfigPath, tcpEntry } from './testing/config-text.ts';
import { exampleConfig } from './welcome-page.ts';

describe('a config of 0.3.7', () => {
  const golden = `
version: "1.0"
defaults:
  health_check:
    type: http
    interval: 20
    timeout: 2.5
    failure_threshold: 4
    success_threshold: 2
    cluster_aware: true
    config:
      url: "http://localhost:9999/health"
      verify_ssl: no
  restart_policy:
    enabled: true
    max_attempts: 7
    initial_delay: 2
    max_delay: 600
    backoff_multiplier: 1.5
  cluster_health:
    interval: 120
    commands: {cluster_info: true, pod_status: {enabled: false}, node_status: {}}
cluster_contexts:
  prod:
    cluster_health: {enabled: false, timeout: 60, commands: {events_on_failure: off}}
services:
  - name: postgres
    technology: kubectl
    local_port: 5432
    remote_port: 5432
    connection:
      resource_type: deployment
      resource_name: postgres
      namespace: data
      context: \${KUBE_CONTEXT:minikube}
    enabled: false
    tags: [database, 2026]
    description: "The database"
    health_check:
      type: postgresql
      interval: 60
      config: {database: app, user: app, password: \${PGPASSWORD}, sslmode: require, host: localhost, port: 5432}
    restart_policy: {enabled: false}
  - name: web
    technology: ssh
    local_port: "8080"
    remote_port: \${WEB_PORT}
    connection:
      host: bastion.example.com
      user: deploy
      port: 2222
      key_file: ~/.ssh/id_ed25519
      password: 0123
    health_check:
      config: {method: head, expected_status: 301, expected_content: ok, headers: {X-Number: 010, Authorization: Bearer abc}}
  - name: kafka
    technology: kubectl
    local_port: 9092
    remote_port: 9092
    connection: {resource_name: kafka}
    health_check: {type: kafka, config: {bootstrap_servers: "localhost:9092"}}
`;
  const env = { PGPASSWORD: 'p#s: "w"', WEB_PORT: '80' };

  const restartPolicy = {
    enabled: true,
    maxAttempts: 7,
    initialDelayMs: 2_000,
    maxDelayMs: 600_000,
    backoffMultiplier: 1.5,
  };
  const healthCheck = {
    intervalMs: 20_000,
    timeoutMs: 2_500,
    failureThreshold: 4,
    successThreshold: 2,
    clusterAware: true,
  };

  it('becomes complete services, with defaults merged and variables substituted', () => {
    const expected: readonly ServiceSpec[] = [
      serviceSpec('postgres', {
        localPort: 5432,
        enabled: false,
        tags: ['database', '2026'],
        description: 'The database',
        connection: {
          technology: 'kubectl',
          target: { kind: 'deployment', name: 'postgres' },
          kubeconfig: null,
          namespace: 'data',
          context: 'minikube',
          remotePort: 5432,
        },
        healthCheck: {
          ...healthCheck,
          intervalMs: 60_000,
          probe: {
            type: 'postgres',
            database: 'app',
            user: 'app',
            password: 'p#s: "w"',
            sslmode: 'require',
            caFile: null,
            host: 'localhost',
          },
        },
        restartPolicy: { ...restartPolicy, enabled: false },
      }),
      serviceSpec('web', {
        localPort: 8080,
        connection: {
          technology: 'ssh',
          host: 'bastion.example.com',
          user: 'deploy',
          port: 2222,
          keyFile: '/home/me/.ssh/id_ed25519',
          password: '0123',
          remoteHost: 'localhost',
          remotePort: 80,
          jump: [],
          strictHostKeyChecking: 'accept-new',
        },
        healthCheck: {
          ...healthCheck,
          probe: {
            type: 'http',
            url: 'http://localhost:9999/health',
            method: 'HEAD',
            expectedStatus: [301],
            expectedContent: 'ok',
            headers: { 'X-Number': '010', Authorization: 'Bearer abc' },
            verifySsl: false,
            caFile: null,
          },
        },
        restartPolicy,
      }),
      serviceSpec('kafka', {
        localPort: 9092,
        connection: {
          technology: 'kubectl',
          target: { kind: 'service', name: 'kafka' },
          kubeconfig: null,
          namespace: null,
          context: null,
          remotePort: 9092,
        },
        healthCheck: {
          ...healthCheck,
          probe: {
            type: 'kafka',
            bootstrapServers: 'localhost:9092',
            tls: false,
            verifySsl: true,
            caFile: null,
            servername: 'localhost',
          },
        },
        restartPolicy,
      }),
    ];
    const config = loadText(golden, env);
    expect(config.services).toEqual(expected);
    expect(config.warnings.map(({ severity, path, line }) => `${severity} ${path} ${line}`)).toEqual([
      'warning services[1].connection.password 53',
    ]);
    expect(config.path).toBe(testConfigPath);
  });

  it('keeps its cluster settings', () => {
    const commands = { clusterInfo: true, podStatus: false, nodeStatus: true, eventsOnFailure: true };
    const defaults = {
      enabled: true,
      intervalMs: 120_000,
      timeoutMs: 30_000,
      retryAttempts: 2,
      failureThreshold: 3,
      commands,
    };
    const prod = {
      ...defaults,
      enabled: false,
      timeoutMs: 60_000,
      commands: { ...commands, eventsOnFailure: false },
    };
    expect(loadText(golden, env).clusterHealth).toEqual({ defaults, contexts: new Map([['prod', prod]]) });
  });

  it('yields its secrets: passwords, credentials in headers, variables with the name of a secret', () => {
    expect([...loadText(golden, { ...env, KUBE_CONTEXT: 'x' }).secrets].sort()).toEqual([
      '0123',
      'Bearer abc',
      'p#s: "w"',
    ]);
    expect(
      loadText(sshConfig('    description: ${API_TOKEN} ${HOME_NAME}\n'), { API_TOKEN: 't', HOME_NAME: 'n' })
        .secrets,
    ).toEqual(['t']);
    const cache = sshConfig('    health_check: {type: redis, config: {password: hush}}\n');
    expect(loadText(cache).secrets).toEqual(['hush']);
  });

  it('gives a minimal service the defaults of 0.3.7 and no periodic check', () => {
    expect(loadText(sshConfig()).services[0]).toMatchObject({
      enabled: true,
      holdTimeoutMs: 10_000,
      healthCheck: {
        probe: { type: 'auto', hello: { type: 'postgres', user: null } },
        intervalMs: 30_000,
        timeoutMs: 5_000,
        failureThreshold: 3,
        successThreshold: 1,
        clusterAware: false,
      },
      restartPolicy: {
        enabled: true,
        maxAttempts: 5,
        initialDelayMs: 1_000,
        maxDelayMs: 300_000,
        backoffMultiplier: 2,
      },
    });
  });

  it('keeps enabled: false and defaults, which 0.3.7 dropped', () => {
    const config = loadText(sshConfig('    enabled: false\ndefaults: {health_check: {interval: 7}}\n'));
    expect(config.services[0]).toMatchObject({ enabled: false, healthCheck: { intervalMs: 7_000 } });
  });

  it('inherits the settings of a probe only for a check of the same type', () => {
    const defaults = 'defaults: {health_check: {type: http, config: {url: "/ready"}}}\n';
    const url = (lines: string): unknown => {
      const { probe } = loadText(sshConfig(lines) + defaults).services[0]!.healthCheck;
      return 'url' in probe ? probe.url : 'no url';
    };
    expect(url('    health_check: {type: http, interval: 5}\n')).toBe('/ready');
    expect(url('    health_check: {type: https}\n')).toBe(null);
    expect(url('    health_check: {type: tcp}\n')).toBe('no url');
  });

  it('reads YAML 1.1 as PyYAML did: merge keys, anchors, boolean words, a byte order mark, CRLF', () => {
    const text = `\uFEFFx-base: &base
  technology: tcp
  remote_port: 1
  connection: &far {host: far}
services:
  - {<<: *base, name: a, local_port: 0x10, enabled: Off}
  - {<<: *base, name: yes, local_port: 017, enabled: yes, description: 2026-01-01}
`.replaceAll('\n', '\r\n');
    expect(loadText(text.slice(1)).services).toMatchObject([
      { name: 'a', localPort: 16, enabled: false, connection: { host: 'far' } },
      { name: 'yes', localPort: 15, enabled: true, description: '2026-01-01' },
    ]);
  });

  it('treats an empty text or a null as absent', () => {
    const text = sshConfig('    description:\n    tags: ~\n    health_check:\n').replace(
      '{host: bastion}',
      '{host: bastion, user: "", key_file: "", password: "", port: null}',
    );
    expect(loadText(text).services[0]).toMatchObject({
      description: null,
      tags: [],
      connection: { user: null, keyFile: null, password: null, port: null },
    });
  });

  it('accepts every target that kubectl does, also by short names', () => {
    const connections = [
      'resource_name: a',
      ...['po', 'pods', 'deploy', 'sts', 'ds', 'rs', 'jobs', 'svc'].map(
        (type) => `resource_name: a, resource_type: ${type}`,
      ),
      'selector: "app=web,tier in (db, cache),!old"',
    ];
    const { services } = loadText(
      `services:\n${connections.map((connection, index) => `  - { name: s${index}, technology: kubectl, local_port: ${index + 1}, remote_port: http, connection: { ${connection} } }\n`).join('')}`,
    );
    expect(services.map(({ connection }) => describeRoute(connection))).toEqual([
      'svc/a',
      'pod/a',
      'pod/a',
      'deploy/a',
      'sts/a',
      'ds/a',
      'rs/a',
      'job/a',
      'svc/a',
      'app=web,tier in (db, cache),!old',
    ]);
    expect(services[0]?.connection).toEqual({
      technology: 'kubectl',
      target: { kind: 'service', name: 'a' },
      namespace: null,
      context: null,
      kubeconfig: null,
      remotePort: 'http',
    });
  });

  it('resolves a kubeconfig relative to the config, and reads a port from a variable as a number', () => {
    const { services } = loadText(
      `services:
  - { name: a, technology: kubectl, local_port: 1, remote_port: "\${PORT}", connection: { resource_name: a, kubeconfig: kube/prod } }`,
      { PORT: '5432' },
    );
    expect(services[0]?.connection).toMatchObject({
      kubeconfig: expect.stringMatching(/^\/.*kube\/prod$/) as string,
      remotePort: 5432,
    });
  });

  it('resolves a relative key file against the folder of the config', () => {
    const text = sshConfig().replace('{host: bastion}', '{host: bastion, key_file: keys/id}');
    expect(loadText(text).services[0]?.connection).toMatchObject({ keyFile: '/etc/lp/keys/id' });
  });
});

describe('a new feature', () => {
  it('completes checks with the minimum that proves something', () => {
    const probes = (...checks: readonly string[]): unknown =>
      checks.map((check) => {
        const { services } = loadText(sshConfig(`    health_check: ${check}\n`));
        return services[0]?.healthCheck.probe;
      });
    const encryption = { tls: false, verifySsl: true, caFile: null, servername: 'localhost' };
    expect(
      probes(
        '{type: ssh}',
        '{type: tls}',
        '{type: tls, config: {servername: a.example, verify_ssl: no, expires_within: 14d}}',
        '{type: mysql}',
        '{type: mariadb, config: {user: u, password: p, database: d, tls: yes, servername: c}}',
        '{type: redis}',
        '{type: redis, config: {user: u, password: p, tls: yes, servername: c}}',
        '{type: grpc, config: {service: a.B}}',
        '{type: exec, config: {argv: [pg_isready, -p, "{local_port}", -t, 3]}}',
        '{type: postgresql, config: {user: "", sslmode: "", host: db}}',
      ),
    ).toEqual([
      { type: 'ssh' },
      { type: 'tls', servername: 'localhost', verifySsl: true, caFile: null, expiresWithinMs: null },
      {
        type: 'tls',
        servername: 'a.example',
        verifySsl: false,
        caFile: null,
        expiresWithinMs: 1_209_600_000,
      },
      { type: 'mysql', user: null, password: null, database: null, ...encryption },
      { type: 'mysql', user: 'u', password: 'p', database: 'd', ...encryption, tls: true, servername: 'c' },
      { type: 'redis', user: null, password: null, ...encryption },
      { type: 'redis', user: 'u', password: 'p', ...encryption, tls: true, servername: 'c' },
      { type: 'grpc', service: 'a.B', ...encryption },
      { type: 'exec', argv: ['pg_isready', '-p', '{local_port}', '-t', '3'] },
      {
        type: 'postgres',
        user: null,
        password: null,
        database: null,
        sslmode: 'prefer',
        caFile: null,
        host: 'db',
      },
    ]);
  });

  it('resolves the CA file of a check like other paths of the config, also by the name that libpq uses', () => {
    const trust = (check: string): unknown => {
      const { probe } = loadText(sshConfig(`    health_check: ${check}\n`)).services[0]?.healthCheck ?? {};
      const sslmode = probe !== undefined && 'sslmode' in probe ? [probe.sslmode] : [];
      return [probe !== undefined && 'caFile' in probe ? probe.caFile : 'none', ...sslmode];
    };
    expect(trust('{type: https, config: {ca_file: ~/ca.pem}}')).toEqual(['/home/me/ca.pem']);
    expect(trust('{type: tls, config: {ca_file: certs/ca.pem}}')).toEqual(['/etc/lp/certs/ca.pem']);
    expect(trust('{type: redis, config: {ca_file: /etc/ca.pem}}')).toEqual(['/etc/ca.pem']);
    expect(trust('{type: kafka, config: {ca_file: ""}}')).toEqual([null]);
    expect(trust('{type: grpc, config: {sslrootcert: /etc/ca.pem}}')).toEqual([null]);
    const postgres = (config: string): unknown => trust(`{type: postgres, config: {${config}}}`);
    expect(postgres('ca_file: ca.pem')).toEqual(['/etc/lp/ca.pem', 'prefer']);
    expect(postgres('sslrootcert: ~/ca.pem, sslmode: verify-ca')).toEqual(['/home/me/ca.pem', 'verify-ca']);
    expect(postgres('ca_file: /a.pem, sslrootcert: /b.pem')).toEqual(['/a.pem', 'prefer']);
    expect(postgres('sslrootcert: system')).toEqual([null, 'verify-full']);
    expect(postgres('sslrootcert: system, sslmode: verify-full')).toEqual([null, 'verify-full']);
    expect(postgres('ca_file: "", sslrootcert: system')).toEqual([null, 'verify-full']);
    expect(postgres('ca_file: "", sslrootcert: /x.pem')).toEqual(['/x.pem', 'prefer']);
    expect(postgres('ca_file: /a.pem, sslrootcert: ""')).toEqual(['/a.pem', 'prefer']);
    expect(postgres('ca_file: /a.pem, sslrootcert: system, sslmode: require')).toEqual(['/a.pem', 'require']);
  });

  it('reads an ssh URL as ssh does, so that it equals the same host written out', () => {
    const connectionOf = (connection: string): unknown =>
      loadText(sshConfig().replace('host: bastion', connection)).services[0]?.connection;
    const writtenOut = 'host: bastion, user: me, port: 2222, jump: ["gate", "ab@[::1]", "me@gate:33"]';
    const urls = 'host: "ssh://me@bastion:2222", jump: ["ssh://gate/", "ab@[::1]", "ssh://me@gate:33"]';
    expect(connectionOf(urls)).toEqual(connectionOf(writtenOut));
    expect(connectionOf('host: "ssh://me@bastion:2222", user: you, port: 22')).toMatchObject({
      host: 'bastion',
      user: 'you',
      port: 22,
    });
    expect(connectionOf('host: "ssh://me%40corp@bastion"')).toMatchObject({ user: 'me@corp', port: null });
  });

  it.each([
    ['tcp', "host: '[::1]'", { host: '::1' }],
    ['tcp', "host: '[fe80::1%eth0]'", { host: 'fe80::1%eth0' }],
    ['ssh', "host: '[::1]', remote_host: '[2001:db8::7]'", { host: '::1', remoteHost: '2001:db8::7' }],
    ['ssh', String.raw`host: 'me@[::1]', user: 'CORP\me'`, { host: 'me@::1', user: 'CORP\\me' }],
    [
      'ssh',
      'host: prod/web+1, remote_host: bücher.example',
      { host: 'prod/web+1', remoteHost: 'bücher.example' },
    ],
    ['ssh', "host: h, jump: ['me@[::1]', '[::1]:22']", { jump: ['me@[::1]', '[::1]:22'] }],
  ])('removes the brackets of an IPv6 address: %s %s', (technology, keys, expected) => {
    const text = tcpEntry('a', 2)
      .replace('tcp', technology)
      .replace('host: h', () => keys);
    expect(loadText(`services:\n${text}`).services[0]?.connection).toMatchObject(expected);
  });

  it('expects the name of the remote end in the certificate of a check', () => {
    const check = '    health_check: {type: tls}\n';
    const far = sshConfig(check).replace('{host: bastion}', '{host: bastion, remote_host: db.internal}');
    expect(loadText(far).services[0]?.healthCheck.probe).toMatchObject({ servername: 'db.internal' });
    const near = `services:\n${tcpEntry('a', 1, ', health_check: {type: tls}')}`;
    expect(loadText(near).services[0]).toMatchObject({
      connection: { host: 'h' },
      healthCheck: { probe: { servername: 'h' } },
    });
  });

  it('reads the example of the welcome page without any problem', () => {
    const config = loadText(exampleConfig);
    expect(config.services.map(({ connection }) => connection.technology)).toEqual([
      'kubectl',
      'ssh',
      'tcp',
      'command',
    ]);
    expect(config.warnings).toEqual([]);
  });

  it('reads jump hosts, remote host, host key checking, hold and commands', () => {
    const { services } = loadText(`services:
  - name: a
    technology: ssh
    local_port: 1
    remote_port: 2
    hold: 500ms
    start_timeout: 90
    connection: {host: h, remote_host: db, jump: [j1, "me@j2:2222"], strict_host_key_checking: yes}
  - name: b
    technology: command
    local_port: 3
    hold: 0
    connection: {argv: [proxy, -p, "{local_port}", 5]}
`);
    expect(services).toMatchObject([
      {
        holdTimeoutMs: 500,
        startTimeoutMs: 90_000,
        connection: { remoteHost: 'db', jump: ['j1', 'me@j2:2222'], strictHostKeyChecking: 'yes' },
      },
      {
        holdTimeoutMs: 0,
        startTimeoutMs: 30_000,
        connection: { technology: 'command', argv: ['proxy', '-p', '{local_port}', '5'], remotePort: null },
      },
    ]);
  });

  it.each([
    ['30', 30_000],
    ['0.5', 500],
    ['"2.5"', 2_500],
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5 m', 90_000],
    ['1h', 3_600_000],
  ])('reads the duration %s', (written, intervalMs) => {
    expect(
      loadText(sshConfig(`    health_check: {interval: ${written}}\n`)).services[0]?.healthCheck.intervalMs,
    ).toBe(intervalMs);
  });

  it('ignores keys under x-, which hold anchors', () => {
    expect(complaintsOf(`x-anchors: {a: 1}\n${sshConfig()}`)).toEqual([]);
  });
});
