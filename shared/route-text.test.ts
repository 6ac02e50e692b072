import { expect, it } from 'vitest';
import { describeRoute, remoteAddressOf, sshHostIn } from './route-text.ts';
import type { SshConnection } from './service-spec.ts';

const ssh = (given: Partial<SshConnection>): SshConnection => ({
  technology: 'ssh',
  host: 'bastion',
  user: null,
  port: null,
  keyFile: null,
  password: null,
  remoteHost: 'localhost',
  remotePort: 8080,
  jump: [],
  strictHostKeyChecking: 'accept-new',
  ...given,
});

const here = { host: 'localhost', port: 3000 };

it.each<[Partial<SshConnection>, string]>([
  [{ user: 'me', remoteHost: 'db', remotePort: 5432 }, 'me@bastion → db:5432'],
  [{ remoteSocket: '/run/docker.sock', remotePort: 0 }, 'bastion → /run/docker.sock'],
  [{ user: 'me', remotePort: 0, isDynamic: true }, 'via me@bastion (SOCKS)'],
  [{ localTarget: here }, 'bastion:8080 → localhost:3000'],
  [{ user: 'me', host: '::1', localTarget: here }, 'me@[::1]:8080 → localhost:3000'],
  [{ remoteHost: '0.0.0.0', localTarget: here }, 'bastion (0.0.0.0:8080) → localhost:3000'],
  [{ remoteHost: '::', localTarget: { path: '/run/x.sock' } }, 'bastion ([::]:8080) → /run/x.sock'],
  [{ remoteSocket: '/run/a.sock', localTarget: here }, 'bastion:/run/a.sock → localhost:3000'],
])('the route of an ssh service %j is %s', (given, route) => {
  expect(describeRoute(ssh(given))).toBe(route);
});

it('only a reverse forward has an address on its server', () => {
  expect(remoteAddressOf(ssh({}))).toBeUndefined();
  expect(remoteAddressOf(ssh({ user: 'me', localTarget: here }))).toBe('me@bastion:8080');
});

const ends: readonly Partial<SshConnection>[] = [
  { remoteHost: 'db' },
  { isDynamic: true },
  { remoteSocket: '/run/a b@c.sock' },
  { localTarget: here },
  { localTarget: here, remoteHost: '0.0.0.0' },
  { localTarget: here, remoteSocket: '/run/a b@c.sock' },
];

it.each([
  [null, 'bastion'],
  ['me', 'bastion'],
  ['me@corp.example', 'bastion'],
  [String.raw`CORP\me`, 'bastion'],
])('the host of the route for user %s and host %s is that host', (user, host) => {
  for (const end of ends) expect(sshHostIn(describeRoute(ssh({ user, host, ...end })))).toBe(host);
});

it.each(['2001:db8::5', '::1', '10::'])('the host of the route to %s is that host', (host) => {
  for (const end of ends) expect(sshHostIn(describeRoute(ssh({ host, ...end })))).toBe(host);
});

it('a route without an ssh login has no such host', () => {
  expect(sshHostIn('prod · svc/postgres')).toBeNull();
});
