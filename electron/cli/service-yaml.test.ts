import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { compileConfig } from '../core/config/config-compiler.ts';
import { configJsonSchema } from './config-json-schema.ts';
import { serviceEntry } from './service-yaml.ts';
import { starterConfig } from '../core/config/starter-config.ts';

const context = { path: '/c/localport.yaml', env: {}, homeDirectory: '/home/me' };

const everything = `
version: "1.0"
services:
  - name: kube
    technology: kubectl
    local_port: 5432
    remote_port: 5432
    tags: [a, b]
    description: the "database"
    connection: { resource_name: pg, resource_type: pod, namespace: shop, context: prod }
    health_check: { type: postgres, interval: 90, config: { database: d, user: u, password: secret, sslmode: require } }
  - { name: labels, technology: kubectl, local_port: 1034, remote_port: http, connection: { selector: "app=x,tier=db", kubeconfig: /k/prod } }
  - { name: set, technology: kubectl, local_port: 1035, remote_port: 1, connection: { resource_name: pg, resource_type: sts } }
  - name: far
    technology: ssh
    local_port: auto
    bind: 127.0.0.2
    remote_port: 80
    hold: 500ms
    start_timeout: 2m
    share: false
    enabled: false
    connection: { host: h, user: me, port: 2222, password: hush, remote_host: web, jump: [a@b, c], strict_host_key_checking: yes }
    health_check: { type: http, timeout: 0.5, config: { url: /x, headers: { Authorization: Bearer t }, expected_status: [200, 404] } }
    restart_policy: { max_attempts: 9, initial_delay: 2m }
  - { name: hook, technology: ssh, remote: true, local_host: nas, local_port: 5432, remote_port: 8080, connection: { host: h, remote_host: 127.0.0.1 } }
  - { name: agent, technology: ssh, remote: true, local_socket: /run/a, remote_socket: /run/b, connection: { host: h } }
  - { name: engine, technology: ssh, local_port: 2375, connection: { host: h, remote_socket: /run/docker.sock } }
  - { name: proxy, technology: ssh, local_port: 1036, dynamic: true, connection: { host: h } }
  - { name: mine, technology: ssh, local_port: 1037, remote_port: 80, connection: { host: h, control_path: user } }
  - { name: near, technology: tcp, local_port: 1024, remote_port: 1, connection: { host: 10.0.0.1 } }
  - { name: own, technology: command, local_port: 1025, connection: { argv: [run, "{local_port}"] } }
  - { name: queue, technology: tcp, local_port: 1026, remote_port: 9092, connection: { host: k }, health_check: { type: kafka, config: { bootstrap_servers: a:1 } } }
  - { name: cache, technology: tcp, local_port: 1027, remote_port: 6379, connection: { host: k }, health_check: { type: redis, config: { user: u, password: secret2, tls: true, verify_ssl: false, ca_file: ~/ca.pem, servername: c } } }
  - { name: shop, technology: tcp, local_port: 1033, remote_port: 3306, connection: { host: k }, health_check: { type: mysql, config: { user: u, password: secret3, database: d, tls: true } } }
  - { name: edge, technology: tcp, local_port: 1028, remote_port: 443, connection: { host: k }, health_check: { type: tls, config: { expires_within: 14d } } }
  - { name: lasting, technology: tcp, local_port: 1029, remote_port: 443, connection: { host: k }, health_check: { type: tls } }
  - { name: api, technology: tcp, local_port: 1030, remote_port: 50051, connection: { host: k }, health_check: { type: grpc, config: { service: a.B } } }
  - { name: gate, technology: tcp, local_port: 1031, remote_port: 22, connection: { host: k }, health_check: { type: ssh } }
  - { name: tool, technology: tcp, local_port: 1032, remote_port: 22, connection: { host: k }, health_check: { type: exec, config: { argv: [nc, -z, localhost, "{local_port}"] } } }
`;

const load = (text: string) => {
  const compiled = compileConfig(text, context);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  return compiled.value.config;
};

describe('an exported service', () => {
  it('has the same meaning when it is read back', () => {
    const { services } = load(everything);
    const exported = stringify({
      services: services.map((service) => serviceEntry(service, { showSecrets: true })),
    });
    expect(load(exported).services).toEqual(services);
  });

  it('has its secrets hidden unless they are asked for', () => {
    const { services } = load(everything);
    const exported = stringify(services.map((service) => serviceEntry(service, { showSecrets: false })));
    expect(exported).not.toMatch(/secret|hush|Bearer/);
    expect(exported).toContain('Authorization: "[hidden]"');
  });

  it('shows the location of a password, which is not a secret', () => {
    const { services } = load(`services:
  - { name: a, technology: ssh, local_port: 1030, remote_port: 1, connection: { host: k, password: 'keychain:bastion' }, health_check: { type: redis, config: { password: 'op://v/i/f' } } }
`);
    const exported = stringify(services.map((service) => serviceEntry(service, { showSecrets: false })));
    expect(exported).toContain('password: keychain:bastion');
    expect(exported).toContain('password: op://v/i/f');
  });
});

describe('the starter config', () => {
  it('is valid, and so are its examples when uncommented', () => {
    expect(load(starterConfig).services).toEqual([]);
    const uncommented = starterConfig.replaceAll(/^# (?= {2}|defaults)/gm, '');
    const { services, warnings } = load(uncommented);
    expect(warnings).toEqual([]);
    expect(services.map(({ connection }) => connection.technology)).toEqual([
      'kubectl',
      'ssh',
      'tcp',
      'command',
    ]);
  });
});

describe('the JSON Schema', () => {
  const schema = configJsonSchema() as {
    readonly required: readonly string[];
    readonly properties: { readonly services: { readonly items: Readonly<Record<string, object>> } };
  };

  it('names every key of a service, its connections by technology, and the required keys', () => {
    const { items } = schema.properties.services;
    expect(schema.required).toEqual(['services']);
    expect(items['required']).toEqual(['name', 'technology', 'connection']);
    expect(items['anyOf']).toEqual([{ required: ['local_port'] }, { required: ['local_socket'] }]);
    const { health_check: check } = (items['properties'] ?? {}) as Record<string, unknown>;
    const { type, config } = (check as { properties: Record<string, object> }).properties;
    for (const name of ['tls', 'redis', 'ssh', 'grpc', 'exec', 'postgres', 'kafka']) {
      expect(JSON.stringify(type)).toContain(`"${name}"`);
    }
    for (const key of [
      'sslmode',
      'servername',
      'expires_within',
      'service',
      'argv',
      'tls',
      'verify_ssl',
      'ca_file',
    ]) {
      expect((config as { properties: object }).properties).toHaveProperty(key);
    }
    expect(items['allOf']).toHaveLength(4);
  });

  it('accepts text or a variable for a number, both forms of a duration, and a single value for a list', () => {
    const { properties } = schema.properties.services.items as unknown as {
      properties: Record<string, object>;
    };
    expect(properties['local_port']).toMatchObject({
      anyOf: [
        { type: 'integer', maximum: 65535 },
        { type: 'string' },
        { type: 'string', pattern: expect.stringContaining('{') as unknown },
        { const: 'auto' },
      ],
    });
    expect(properties['hold']).toMatchObject({ type: ['number', 'string'] });
    expect(properties['tags']).toMatchObject({
      anyOf: [{ type: 'array' }, { type: ['string', 'number', 'boolean'] }],
    });
  });
});
