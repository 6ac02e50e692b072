import { expect, it } from 'vitest';
import { serviceSpec } from '../testing/service-spec.ts';
import { isSecretName, secretsOf } from './secrets.ts';

it('knows the names of secrets from those of files, hosts, users and desktops', () => {
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
