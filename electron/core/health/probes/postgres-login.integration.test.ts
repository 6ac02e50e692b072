// Against a real PostgreSQL.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPostgres, startPostgres, type Postgres } from '../../../../e2e/fixtures/postgres.ts';
import type { SslMode } from '../../../../shared/service-spec.ts';
import { Scope } from '../../scope.ts';
import type { PostgresProbeSpec } from './postgres-encryption.ts';
import { ask, causeOf, finding, postgres } from './testing/ask.ts';
import { listen, type Behavior } from './testing/test-server.ts';
import { makeCertificate } from './testing/test-certificate.ts';

const scope = new Scope('test');
afterAll(() => scope.close());

const certificate = makeCertificate({
  host: 'db.internal',
  notBefore: new Date('2020-01-01'),
  notAfter: new Date('2049-01-01'),
});
const password = 'correct horse';

let plain: Postgres;
let encrypted: Postgres;
let eitherWay: Postgres;

const start = async (options: Partial<Parameters<typeof startPostgres>[0]> = {}): Promise<Postgres> => {
  const server = await startPostgres({ user: 'app', password, ...options });
  scope.own('postgres', () => server.dispose());
  return server;
};

beforeAll(async () => {
  if (!hasPostgres) return;
  [plain, encrypted, eitherWay] = await Promise.all([
    start(),
    start({ certificate, hba: ['hostssl all all all scram-sha-256'] }),
    start({ certificate, hba: ['hostnossl all all all scram-sha-256'] }),
  ]);
}, 60_000);

const login = (given: Partial<PostgresProbeSpec> = {}): PostgresProbeSpec => ({
  ...postgres,
  user: 'app',
  password,
  database: 'postgres',
  ...given,
});

const check = (server: Postgres, spec: PostgresProbeSpec): Promise<unknown> =>
  causeOf(ask({ kind: 'tcp', host: '127.0.0.1', port: server.port }, spec, { timeoutMs: 5000 }), spec);

/** Requests the password with this authentication code, and records what is sent afterwards. */
const asksForPassword =
  (code: number, told: Buffer[]): Behavior =>
  (socket) => {
    let unread = Buffer.alloc(0);
    let hasAsked = false;
    const salt = code === 5 ? [1, 2, 3, 4] : [];
    socket.on('data', (bytes: Buffer) => {
      if (hasAsked) told.push(bytes);
      unread = Buffer.concat([unread, bytes]);
      if (hasAsked || unread.length < 8 || unread.length < unread.readInt32BE(0)) return;
      hasAsked = unread.readInt32BE(4) !== 80_877_103;
      unread = Buffer.alloc(0);
      socket.write(hasAsked ? Buffer.from([0x52, 0, 0, 0, 8 + salt.length, 0, 0, 0, code, ...salt]) : 'N');
    });
  };

describe('a check over a connection that can be intercepted', () => {
  it.each([
    [3, 'in clear text', 'prefer'],
    [5, 'as an MD5 hash', 'prefer'],
    [3, 'in clear text', 'disable'],
    [3, 'in clear text', 'allow'],
  ] as const)('tells no server its password that wants it so: %d %s %s', async (code, how, sslmode) => {
    const told: Buffer[] = [];
    const { endpoint, close } = await listen(asksForPassword(code, told));
    scope.own('server', close);
    const result = await ask(endpoint, login({ sslmode }), { timeoutMs: 5000, isPathOpen: true });
    if (sslmode === 'allow') expect(result).toMatchObject({ finding: 'PostgreSQL does not offer TLS' });
    else
      expect(result).toMatchObject({
        finding: `PostgreSQL requests the password ${how}, on a connection without TLS`,
        failure: {
          answer: { code: 'check-refused', remedy: expect.stringContaining('sslmode: require') as string },
        },
      });
    const words = Buffer.concat(told).toString('latin1');
    expect(words).not.toMatch(/correct horse|md5/);
  });

  it('sends the password over a connection that cannot be intercepted', async () => {
    const told: Buffer[] = [];
    const { endpoint, close } = await listen(asksForPassword(3, told));
    scope.own('server', close);
    await ask(endpoint, login(), { timeoutMs: 300 });
    expect(Buffer.concat(told).toString('latin1')).toContain(password);
  });

  it.skipIf(!hasPostgres)('logs in by SCRAM all the same', async () => {
    const endpoint = { kind: 'tcp', host: '127.0.0.1', port: plain.port } as const;
    expect(await ask(endpoint, login(), { timeoutMs: 5000, isPathOpen: true })).toMatchObject({
      kind: 'passed',
    });
  });

  it.skipIf(!hasPostgres)(
    'logs in with a password in clear text over TLS',
    async () => {
      const server = await start({
        certificate,
        hba: ['hostssl all all all password', 'hostnossl all all all password'],
      });
      const endpoint = { kind: 'tcp', host: '127.0.0.1', port: server.port } as const;
      const outcome = async (sslmode: SslMode): Promise<string> =>
        (await ask(endpoint, login({ sslmode }), { timeoutMs: 5000, isPathOpen: true })).kind;
      // `allow` is rejected without TLS, and retries with it.
      expect([await outcome('require'), await outcome('allow'), await outcome('disable')]).toEqual([
        'passed',
        'passed',
        'failed',
      ]);
    },
    60_000,
  );
});

describe.skipIf(!hasPostgres)('a check that logs in to PostgreSQL', () => {
  it('passes with the answer to SELECT 1, and reports how long that took', async () => {
    const endpoint = { kind: 'tcp', host: '127.0.0.1', port: plain.port } as const;
    const result = await ask(endpoint, login(), { timeoutMs: 5000 });
    expect(result).toEqual({ kind: 'passed', tookMs: expect.any(Number) as number });
    expect(plain.log.filter((line) => line.includes('authorized'))).toContainEqual(
      expect.stringContaining('user=app database=postgres application_name=LocalPort'),
    );
  });

  it('asks only whether the server supports TLS if there is no user', async () => {
    expect(await check(plain, postgres)).toBe('passed');
    expect(await check(encrypted, postgres)).toBe('passed');
  });

  it.each([
    [
      'the password is wrong',
      { password: 'battery staple' },
      'password authentication failed for user "app" (28P01)',
    ],
    ['the role is unknown', { user: 'bob' }, 'password authentication failed for user "bob" (28P01)'],
    ['there is no such database', { database: 'shop' }, 'database "shop" does not exist (3D000)'],
    [
      'a password is wanted and none is there',
      { password: null },
      'PostgreSQL requires a password, and the health check has none',
    ],
  ] as const)('is refused, not failed, when %s', async (_, given, evidence) => {
    const spec = login(given);
    const title = `PostgreSQL refused the login of ${spec.user ?? ''}`;
    expect(await check(plain, spec)).toEqual(['check-refused', title, evidence]);
  });

  it.each([
    ['disable', 'passed'],
    ['allow', 'passed'],
    ['prefer', 'passed'],
    ['require', ['check-refused', 'PostgreSQL does not offer TLS', null]],
  ] as [SslMode, unknown][])(
    'means by sslmode %s, of a server without TLS, what libpq does',
    async (sslmode, expected) => {
      expect(await check(plain, login({ sslmode }))).toEqual(expected);
    },
  );

  const noEntry = expect.stringMatching(/^no pg_hba\.conf entry for host .* \(28000\)$/) as string;
  const refused = ['check-refused', 'PostgreSQL refused the login of app', noEntry];

  it.each([
    ['disable', refused],
    ['allow', 'passed'],
    ['prefer', 'passed'],
    ['require', 'passed'],
    [
      'verify-ca',
      [
        'certificate-invalid',
        'The certificate of db.internal is not trusted',
        'the certificate is self-signed',
      ],
    ],
  ] as [SslMode, unknown][])(
    'means by sslmode %s, of a server that requires TLS, what libpq does',
    async (sslmode, expected) => {
      expect(await check(encrypted, login({ sslmode, host: 'db.internal' }))).toEqual(expected);
    },
  );

  it.each([
    ['disable', 'passed'],
    ['allow', 'passed'],
    ['prefer', 'passed'],
    ['require', refused],
  ] as [SslMode, unknown][])(
    'handles sslmode %s like libpq if the server rejects logins over TLS',
    async (sslmode, expected) => {
      expect(await check(eitherWay, login({ sslmode }))).toEqual(expected);
    },
  );

  it('disconnects as the protocol requires: the server logs no lost connection', async () => {
    const before = plain.log.length;
    for (let round = 0; round < 5; round += 1) expect(await check(plain, login())).toBe('passed');
    expect(plain.log.slice(before).filter((line) => /unexpected EOF|reset by peer/.test(line))).toEqual([]);
  });

  it('does not look for a password elsewhere', async () => {
    process.env['PGPASSWORD'] = password;
    try {
      expect(await check(plain, login({ password: null }))).toContain('check-refused');
    } finally {
      delete process.env['PGPASSWORD'];
    }
  });

  it('never shows the rejected password', async () => {
    const spec = login({ user: 'battery staple', password: 'battery staple' });
    const result = finding(ask({ kind: 'tcp', host: '127.0.0.1', port: plain.port }, spec));
    expect(await result).toBe('password authentication failed for user "[hidden]" (28P01)');
  });
});
