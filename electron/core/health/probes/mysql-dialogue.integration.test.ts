// The MySQL check against servers that are not MariaDB, or not MySQL at all.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scope } from '../../scope.ts';
import type { MysqlProbeSpec } from './mysql-probe.ts';
import { ask, causeOf, mysql } from './testing/ask.ts';
import { speaksMysql, type MysqlServerOptions } from './testing/mysql-server.ts';
import { listen, type Behavior } from './testing/test-server.ts';

let scope: Scope;
beforeEach(() => {
  scope = new Scope('test');
});
afterEach(() => scope.close());

const login: MysqlProbeSpec = { ...mysql, user: 'app', password: 'secret' };

async function check(behavior: Behavior, spec: MysqlProbeSpec, isPathOpen = false): Promise<unknown> {
  const server = await listen(behavior);
  scope.own('server', () => server.close());
  return causeOf(ask(server.endpoint, spec, { timeoutMs: 1000, isPathOpen }), spec);
}

const sha2 = 'caching_sha2_password';
const native = 'mysql_native_password';
const letIn = ['login app', 'SELECT 1', 'quit'];
const anonymousOnly = ['login localport', 'refused'];

describe('a MySQL check', () => {
  it('does not encrypt its password with a key that an attacker could have sent', async () => {
    const { behavior, events } = speaksMysql({ plugin: sha2, isCached: false });
    expect(await check(behavior, login, true)).toEqual([
      'check-refused',
      'The password would be sent to MySQL unprotected',
      'MySQL requests the password encrypted with a public key that cannot be verified, on a connection without TLS',
    ]);
    expect(events).toEqual(['login app', 'refused']);
    // A server that has cached the password verifies it by a hash.
    expect(await check(speaksMysql({ plugin: sha2 }).behavior, login, true)).toBe('passed');
  });

  it.each([
    ['that prefers and wants the old hash', { plugin: native }],
    ['that remembers the password', { plugin: sha2 }],
    ['that has to see the password, and gives its key for it', { plugin: sha2, isCached: false }],
    ['that switches to the old hash', { plugin: sha2, accountPlugin: native }],
    ['that switches to the new hash', { plugin: native, accountPlugin: sha2 }],
    ['that prefers an unknown plugin', { plugin: 'unheard_of', accountPlugin: sha2 }],
  ] as [string, MysqlServerOptions][])('logs in to a server %s', async (_, options) => {
    const { behavior, events } = speaksMysql(options);
    expect(await check(behavior, login)).toBe('passed');
    expect(events).toEqual(letIn);
  });

  it.each([
    ['wrong', { plugin: sha2 }],
    ['wrong, and not remembered', { plugin: sha2, isCached: false }],
    ['wrong, by the old hash', { plugin: native }],
  ] as [string, MysqlServerOptions][])('is refused with a password that is %s', async (_, options) => {
    const { behavior, events } = speaksMysql(options);
    expect(await check(behavior, { ...login, password: 'guess' })).toEqual([
      'check-refused',
      'MySQL refused the login of app',
      'Access denied (1045)',
    ]);
    expect(events).toEqual(['login app', 'refused']);
  });

  it.each(['client_ed25519', 'unheard_of'])(
    'breaks off no login by the plugin %s, which it does not know',
    async (plugin) => {
      const { behavior, events } = speaksMysql({ accountPlugin: plugin });
      const title = 'MySQL requires an authentication plugin that health checks do not support';
      expect(await check(behavior, login)).toEqual(['check-refused', title, `MySQL requires ${plugin}`]);
      expect(events).toEqual(['login app', 'refused']);
    },
  );

  it.each([native, sha2, 'client_ed25519', 'unheard_of'])(
    'without a user breaks off no login by the plugin %s',
    async (accountPlugin) => {
      const { behavior, events } = speaksMysql({ accountPlugin });
      expect(await check(behavior, mysql)).toBe('passed');
      expect(events).toEqual(anonymousOnly);
    },
  );

  it('reports that the server has no TLS, after a complete login', async () => {
    const { behavior, events } = speaksMysql();
    expect(await check(behavior, { ...login, tls: true })).toEqual([
      'check-refused',
      'MySQL does not offer TLS',
      null,
    ]);
    expect(events).toEqual(anonymousOnly);
  });

  it('reports that a server requires TLS', async () => {
    const error = {
      code: 3159,
      state: 'HY000',
      message: 'Connections using insecure transport are prohibited',
    };
    expect(await check(speaksMysql({ error }).behavior, login)).toEqual([
      'check-refused',
      'MySQL requires TLS (tls: true)',
      'Connections using insecure transport are prohibited (3159)',
    ]);
  });
});

const sends =
  (bytes: string | Buffer): Behavior =>
  (socket) => {
    socket.resume().write(bytes);
  };

describe('a MySQL check of another server', () => {
  it.each([
    ['an SSH server', 'SSH-2.0-OpenSSH_9.2\r\n', ' (SSH-2.0-OpenSSH_9.2)'],
    ['a mail server', '220 mail.test ESMTP\r\n', ' (220 mail.test ESMTP)'],
    ['a packet without a length', Buffer.alloc(4), ''],
    ['another kind of packet', Buffer.from([5, 0, 0, 0, 11, 8, 5, 26, 0]), ''],
    ['a greeting that is cut off', Buffer.from([3, 0, 0, 0, 10, 56, 0]), ''],
  ] as [string, string | Buffer, string][])('reports that and quotes it: %s', async (_, bytes, said) => {
    expect(await check(sends(bytes), mysql)).toEqual([
      'check-refused',
      'The service does not speak MySQL',
      `the answer is not MySQL${said}`,
    ]);
  });

  it('waits for the greeting until the deadline if the server does not speak first', async () => {
    const evidence = 'no greeting within 1 s';
    expect(await check((socket) => socket.resume(), mysql)).toEqual([
      'timed-out',
      'No answer through the tunnel within 1 s',
      evidence,
    ]);
  });
});
