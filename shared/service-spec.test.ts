import { expect, it } from 'vitest';
import { describeRoute, sshHostIn } from './service-spec.ts';

const login = (user: string | null, host: string, more: { readonly isDynamic?: true } = {}): string =>
  describeRoute({
    technology: 'ssh',
    host,
    user,
    port: null,
    keyFile: null,
    password: null,
    remoteHost: 'db',
    remotePort: 5432,
    jump: [],
    strictHostKeyChecking: 'accept-new',
    ...more,
  });

it.each([
  [null, 'bastion'],
  ['me', 'bastion'],
  ['me@corp.example', 'bastion'],
  [String.raw`CORP\me`, '2001:db8::5'],
])('the host of the route for user %s and host %s is that host', (user, host) => {
  expect(sshHostIn(login(user, host))).toBe(host);
  expect(sshHostIn(login(user, host, { isDynamic: true }))).toBe(host);
});

it('a SOCKS proxy leads nowhere by itself', () => {
  expect(login('me', 'bastion', { isDynamic: true })).toBe('via me@bastion (SOCKS)');
});

it('a route that is no ssh login has no such host', () => {
  expect(sshHostIn('prod · svc/postgres')).toBeNull();
});
