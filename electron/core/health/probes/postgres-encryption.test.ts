import type { PeerCertificate } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { sslModes } from '../../../../shared/service-spec.ts';
import { postgresTls } from './postgres-encryption.ts';

const spec = {
  type: 'postgres',
  user: 'app',
  password: null,
  database: null,
  caFile: null,
  host: 'db.internal',
} as const;

const certificateOf = (name: string) => ({ subjectaltname: `DNS:${name}` }) as PeerCertificate;

describe('TLS to PostgreSQL', () => {
  it('verifies issuer and name like libpq for each sslmode', () => {
    const lines = sslModes.map((sslmode) => {
      const { rejectUnauthorized, checkServerIdentity } = postgresTls({ ...spec, sslmode });
      const other = checkServerIdentity?.('', certificateOf('other.internal'));
      const same = checkServerIdentity?.('', certificateOf('db.internal'));
      const name = other === undefined ? 'any name' : same === undefined ? 'the name' : 'no name';
      return `${sslmode}: ${rejectUnauthorized === true ? 'trusted' : 'anybody'}, ${name}`;
    });
    expect(lines).toEqual([
      'disable: anybody, any name',
      'allow: anybody, any name',
      'prefer: anybody, any name',
      'require: anybody, any name',
      'verify-ca: trusted, any name',
      'verify-full: trusted, the name',
    ]);
  });

  it('verifies the issuer for every sslmode if there is a CA file', () => {
    const verifies = sslModes.map(
      (sslmode) => postgresTls({ ...spec, sslmode, caFile: '/ca.pem' }).rejectUnauthorized,
    );
    expect(verifies).toEqual(sslModes.map(() => true));
  });

  it('sends the server name, but no address', () => {
    expect(postgresTls({ ...spec, sslmode: 'prefer' }).servername).toBe('db.internal');
    expect(postgresTls({ ...spec, sslmode: 'prefer', host: '127.0.0.1' }).servername).toBeUndefined();
  });
});
