import { expect, it } from 'vitest';
import type { Connection } from '../../../shared/service-spec.ts';
import { commandConnection, sshConnection } from '../tunnel/testing/service-specs.ts';
import { mayBeOverheard } from './open-path.ts';

const tcp = (host: string): Connection => ({ technology: 'tcp', host, remotePort: 5432 });

it.each<readonly [string, Connection, boolean]>([
  ['ssh', sshConnection(), false],
  ['the machine itself', tcp('localhost'), false],
  ['its IPv6 address', tcp('::1'), false],
  ['another machine', tcp('db.example'), true],
  ['an address of another machine', tcp('192.0.2.7'), true],
  ['a command', commandConnection(['relay', '{socket}']), true],
])('reports whether traffic to %s can be intercepted', (_, connection, expected) => {
  expect(mayBeOverheard(connection)).toBe(expected);
});
