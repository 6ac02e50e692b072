import { expect, it } from 'vitest';
import { serviceSpec } from '../testing/service-spec.ts';
import { isSecretName } from '../observability/secret-names.ts';
import { secretsOf } from './secret-values.ts';

it('distinguishes names of secrets from names of files, hosts, users and desktops', () => {
  const secrets = [
    ...['DB_PASSWORD', 'PGPASSWORD', 'MYSQL_PWD', 'API_KEY', 'OPENAI_APIKEY', 'AWS_SECRET_ACCESS_KEY'],
    ...['AWS_SESSION_TOKEN', 'GITHUB_TOKEN', 'GITHUB_PAT', 'APP_SECRET', 'SSH_PASS', 'DBPASS', 'NPM_AUTH'],
    ...['CLIENT_AUTH', 'SENTRY_DSN', 'BW_SESSION', 'OP_SESSION_team', 'AUTH_COOKIE', 'GOOGLE_CREDENTIALS'],
    ...['Authorization', 'Proxy-Authorization', 'Cookie', 'X-Api-Key', 'X-Auth-Token'],
  ];
  const others = [
    ...['PWD', 'OLDPWD', 'SSH_KEY_FILE', 'TOKEN_URL', 'PASSWORD_PATH', 'KUBE_CONTEXT', 'MONKEY', 'COMPASS'],
    ...['SSH_AUTH_SOCK', 'XAUTHORITY', 'AWS_ACCESS_KEY_ID', 'DESKTOP_SESSION', 'XDG_SESSION_TYPE'],
    ...['DBUS_SESSION_BUS_ADDRESS', 'KEYBOARD', 'Accept', 'User-Agent', 'Host'],
  ];
  expect(secrets.filter((name) => !isSecretName(name))).toEqual([]);
  expect(others.filter(isSecretName)).toEqual([]);
});

it('finds the secrets of a service in its passwords and in the headers of its check', () => {
  const plain = serviceSpec('web');
  const check = (probe: object) => ({ ...plain.healthCheck, probe: probe as typeof plain.healthCheck.probe });
  const headers = { Authorization: 'Bearer abc', 'X-Api-Key': 'k1', Accept: 'text/html', Cookie: '' };
  expect(secretsOf(plain)).toEqual([]);
  expect(secretsOf({ ...plain, healthCheck: check({ type: 'https', headers }) })).toEqual([
    'Bearer abc',
    'k1',
  ]);
  expect(secretsOf({ ...plain, healthCheck: check({ type: 'redis', password: 'hunter2' }) })).toEqual([
    'hunter2',
  ]);
});

it('finds the secrets of a service in URLs and among the arguments of its programs', () => {
  const argv = (...words: readonly string[]) =>
    secretsOf({
      ...serviceSpec('web'),
      connection: { technology: 'command', argv: ['run', ...words], remotePort: null },
    });
  expect(argv('--port', '{local_port}', '--verbose', '-p', '22')).toEqual([]);
  expect(new Set(argv('--password', 'hunter2', '--api-key=k-1', '-u', 'me:pw-1'))).toEqual(
    new Set(['hunter2', 'k-1', 'pw-1']),
  );
  expect(new Set(argv('postgres://me:p%40ss@db/x?sslpassword=pw-2'))).toEqual(
    new Set(['p%40ss', 'p@ss', 'pw-2']),
  );
  expect(new Set(argv('-c', "PGPASSWORD='pw 3' psql; curl -H 'X-Api-Key: k-2' --token $TOKEN"))).toEqual(
    new Set(['pw 3', 'k-2']),
  );
  expect(argv('sshpass', '-p', 'pw-5', 'ssh', '-p', '2222', 'me@bastion')).toEqual(['pw-5']);
  expect(argv('-c', '/usr/bin/mysql -u me -ppw-6 shop')).toEqual(['pw-6']);
  expect(argv('mysql', '-p', 'shop')).toEqual([]);
  expect(argv('redis-cli', '-h', 'cache', '-a', 'pw-7')).toEqual(['pw-7']);
  expect(argv('ssh', '-p', '2222', '-a')).toEqual([]);
  expect(argv('--password-file', '/run/pw', '--token-ttl', '30', '--auth=none', '--session=1')).toEqual([]);

  const plain = serviceSpec('web');
  const url = 'https://me:pw-4@h/health?api_key=k-3&page=2&X-Signature=s-1';
  const probe = { type: 'http', url, headers: {} } as unknown as typeof plain.healthCheck.probe;
  expect(new Set(secretsOf({ ...plain, healthCheck: { ...plain.healthCheck, probe } }))).toEqual(
    new Set(['pw-4', 'k-3', 's-1']),
  );
});
