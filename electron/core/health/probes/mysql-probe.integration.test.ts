// Against a real MariaDB: its answers to checks, and the errors it counts for their host.
import { once } from 'node:events';
import net from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../e2e/fixtures/eventually.ts';
import {
  countsHostErrors,
  hasMariadb,
  startMariadb,
  type Mariadb,
} from '../../../../e2e/fixtures/mariadb.ts';
import { Scope } from '../../scope.ts';
import type { MysqlProbeSpec } from './mysql-probe.ts';
import { ask, causeOf, finding, mysql } from './testing/ask.ts';
import { makeCertificate } from './testing/test-certificate.ts';

const scope = new Scope('test');
afterAll(() => scope.close());

const certificate = makeCertificate({
  host: 'db.internal',
  notBefore: new Date('2020-01-01'),
  notAfter: new Date('2049-01-01'),
});
const password = 'correct horse';
const maxConnectErrors = 10;

let server: Mariadb;

beforeAll(async () => {
  if (!hasMariadb) return;
  server = await startMariadb({
    accounts: [
      'CREATE DATABASE shop',
      `CREATE USER app@'%' IDENTIFIED BY '${password}'`,
      "GRANT SELECT ON shop.* TO app@'%'",
      "CREATE USER trusted@'%'",
      `CREATE USER encrypted@'%' IDENTIFIED BY '${password}' REQUIRE SSL`,
    ],
    certificate,
    flags: [`--max-connect-errors=${maxConnectErrors}`, '--max-connections=20'],
  });
  scope.own('mariadb', () => server.dispose());
}, 60_000);

const login = (given: Partial<MysqlProbeSpec> = {}): MysqlProbeSpec => ({
  ...mysql,
  user: 'app',
  password,
  ...given,
});

const check = (spec: MysqlProbeSpec, port = server.port): Promise<unknown> =>
  causeOf(ask({ kind: 'tcp', host: '127.0.0.1', port }, spec, { timeoutMs: 5000 }), spec);

describe.skipIf(!hasMariadb)('a check that logs in to MariaDB', () => {
  it.each([
    ['with its password', {}],
    ['to a database', { database: 'shop' }],
    ['without a password, where the account has none', { user: 'trusted', password: null }],
    ['over TLS', { tls: true, verifySsl: false, database: 'shop' }],
    ['over TLS, which its account requires', { user: 'encrypted', tls: true, verifySsl: false }],
  ] as [string, Partial<MysqlProbeSpec>][])('passes with the answer to SELECT 1 %s', async (_, given) => {
    const asked = await questions();
    expect(await check(login(given))).toBe('passed');
    expect(await questions()).toBe(asked + 1);
  });

  it('disconnects as the protocol requires: the server counts no aborted client', async () => {
    await server.ask('FLUSH STATUS');
    for (let round = 0; round < 5; round += 1) expect(await check(login())).toBe('passed');
    await eventually('all have left', async () => (await status('Threads_connected')) === 1);
    expect([await status('Aborted_clients'), await status('Aborted_connects')]).toEqual([0, 0]);
  });

  it.each([
    [
      'the password is wrong',
      { password: 'battery staple' },
      "Access denied for user 'app'@'localhost' (with a password) (1045)",
    ],
    [
      'a password is required and none is there',
      { password: null },
      "Access denied for user 'app'@'localhost' (without a password) (1045)",
    ],
    ['there is no such database', { database: 'mall' }, /database 'mall' \(1044\)|'mall' \(1049\)/],
    [
      'the account requires TLS',
      { user: 'encrypted' },
      "Access denied for user 'encrypted'@'localhost' (with a password) (1045)",
    ],
  ] as [string, Partial<MysqlProbeSpec>, string | RegExp][])(
    'is refused, not failed, when %s',
    async (_, given, evidence) => {
      const spec = login(given);
      const title = `MySQL refused the login of ${spec.user ?? ''}`;
      const expected = typeof evidence === 'string' ? evidence : (expect.stringMatching(evidence) as string);
      expect(await check(spec)).toEqual(['check-refused', title, expected]);
    },
  );

  it('verifies the certificate unless configured otherwise', async () => {
    expect(await check(login({ tls: true, servername: 'db.internal' }))).toEqual([
      'certificate-invalid',
      'The certificate of db.internal is not trusted',
      'the certificate is self-signed',
    ]);
  });

  it('never shows the rejected password', async () => {
    const spec = login({ user: 'battery staple', password: 'battery staple' });
    const result = finding(ask({ kind: 'tcp', host: '127.0.0.1', port: server.port }, spec));
    expect(await result).toBe("Access denied for user '[hidden]'@'localhost' (with a password) (1045)");
  });
});

describe.skipIf(!hasMariadb)('a check of MariaDB without a login', () => {
  it('passes when the anonymous login is rejected', async () => {
    expect(await check(mysql)).toBe('passed');
    expect(await check({ ...mysql, tls: true, verifySsl: false })).toBe('passed');
  });

  it('passes if the server requires TLS', async () => {
    await server.ask('SET GLOBAL require_secure_transport = ON');
    try {
      expect(await check(mysql)).toBe('passed');
    } finally {
      await server.ask('SET GLOBAL require_secure_transport = OFF');
    }
  });

  it('passes if the anonymous login succeeds, and disconnects properly', async () => {
    await server.ask("CREATE USER localport@'%'");
    await server.ask('FLUSH STATUS');
    try {
      expect(await check(mysql)).toBe('passed');
      await eventually('it has left', async () => (await status('Threads_connected')) === 1);
      expect([await status('Aborted_clients'), await status('Aborted_connects')]).toEqual([0, 0]);
    } finally {
      await server.ask("DROP USER localport@'%'");
    }
  });

  it("fails with the server's message if all its connections are in use", async () => {
    await server.ask('SET GLOBAL max_connections = 10');
    const clients = await Promise.all(Array.from({ length: 11 }, () => greeted()));
    try {
      expect(await check(mysql)).toEqual([
        'check-failed',
        'MySQL answered with an error',
        'Too many connections (1040)',
      ]);
    } finally {
      for (const client of clients) client.destroy();
      await eventually('there is room again', async () => (await check(mysql)) === 'passed');
      await server.ask('SET GLOBAL max_connections = 20');
    }
  });
});

describe.skipIf(!countsHostErrors)('MariaDB, which blocks a host that breaks off connections,', () => {
  beforeEach(() => server.ask('FLUSH HOSTS'));
  afterEach(() => server.ask('FLUSH HOSTS'));

  const blocked = [
    'check-refused',
    'MySQL refused the connection',
    expect.stringMatching(/^Host .* is blocked because of many connection errors.* \(1129\)$/),
  ];

  it('guards against a server that blocks hosts that only connect', async () => {
    for (let round = 0; round < maxConnectErrors; round += 1) (await greeted(server.distantPort)).destroy();
    await eventually('all are counted', async () => (await server.hostErrors()).counted >= maxConnectErrors);
    expect(await check(login(), server.distantPort)).toEqual(blocked);
    expect(await check(mysql, server.distantPort)).toEqual(blocked);
  });

  it.each([
    ['without a user', mysql],
    ['that log in', login()],
    ['whose password is wrong', login({ password: 'battery staple' })],
    ['over TLS', login({ tls: true, verifySsl: false })],
    ['that do not trust the certificate', login({ tls: true })],
  ] as [string, MysqlProbeSpec][])(
    'counts nothing against the host of 100 checks %s, and lets it log in',
    async (_, spec) => {
      for (let round = 0; round < 100; round += 1) await check(spec, server.distantPort);
      expect(await server.hostErrors()).toMatchObject({ counted: 0, handshake: 0 });
      expect(await check(login(), server.distantPort)).toBe('passed');
    },
    60_000,
  );
});

const status = async (name: string): Promise<number> =>
  Number((await server.ask(`SHOW GLOBAL STATUS LIKE '${name}'`)).split('\t')[1]);

/** SELECTs that the server ran, except those of this function. */
const questions = (): Promise<number> => status('Com_select');

/** A client that reads the greeting and sends nothing. */
async function greeted(port = server.port): Promise<net.Socket> {
  const client = net.connect({ host: '127.0.0.1', port });
  scope.own('client', () => void client.destroy());
  await once(client, 'data');
  return client;
}
