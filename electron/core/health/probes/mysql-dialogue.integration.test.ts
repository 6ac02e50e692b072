// What the check of MySQL says to servers that are no MariaDB, or no MySQL at all.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scope } from '../../scope.ts';
import type { MysqlProbeSpec } from './mysql-probe.ts';
import { ask, causeOf, mysql } from './testing/ask.ts';
import { speaksMysql, type MysqlServerOptions } from './testing/mysql-server.ts';
import { listen, type Behaviour } from './testing/test-server.ts';

let scope: Scope;
beforeEach(() => {
  scope = new Scope('test');
});
afterEach(() => scope.close());

const login: MysqlProbeSpec = { ...mysql, user: 'app', password: 'secret' };

async function check(behaviour: Behaviour, spec: MysqlProbeSpec, isPathOpen = false): Promise<unknown> {
  const server = await listen(behaviour);
  scope.own('server', () => server.close());
  return causeOf(ask(server.endpoint, spec, { timeoutMs: 1000, isPathOpen }), spec);
}

const sha2 = 'caching_sha2_password';
const native = 'mysql_native_password';
const letIn = ['login app', 'SELECT 1', 'quit'];
const nobody = ['login localport', 'refused'];

describe('a check of MySQL', () => {
  it('does not seal its password with a key that anybody on the way could have given', async () => {
    const { behaviour, events } = speaksMysql({ plugin: sha2, isCached: false });
    expect(await check(behaviour, login, true)).toEqual([
      'check-refused',
      'The password would go to MySQL unprotected',
      'MySQL wants the password by a public key that cannot be verified, on a connection without TLS',
    ]);
    expect(events).toEqual(['login app', 'refused']);
    // The server that remembers the password has it proven by a hash.
    expect(await check(speaksMysql({ plugin: sha2 }).behaviour, login, true)).toBe('passed');
  });

  it.each([
    ['that prefers and wants the old hash', { plugin: native }],
    ['that remembers the password', { plugin: sha2 }],
    ['that has to see the password, and gives its key for it', { plugin: sha2, isCached: false }],
    ['that switches to the old hash', { plugin: sha2, accountPlugin: native }],
    ['that switches to the new hash', { plugin: native, accountPlugin: sha2 }],
    ['that prefers what nobody knows', { plugin: 'unheard_of', accountPlugin: sha2 }],
  ] as [string, MysqlServerOptions][])('is let in by a server %s', async (_, options) => {
    const { behaviour, events } = speaksMysql(options);
    expect(await check(behaviour, login)).toBe('passed');
    expect(events).toEqual(letIn);
  });

  it.each([
    ['wrong', { plugin: sha2 }],
    ['wrong, and not remembered', { plugin: sha2, isCached: false }],
    ['wrong, by the old hash', { plugin: native }],
  ] as [string, MysqlServerOptions][])('is refused with a password that is %s', async (_, options) => {
    const { behaviour, events } = speaksMysql(options);
    expect(await check(behaviour, { ...login, password: 'guess' })).toEqual([
      'check-refused',
      'MySQL refused the login of app',
      'Access denied (1045)',
    ]);
    expect(events).toEqual(['login app', 'refused']);
  });

  it.each(['client_ed25519', 'unheard_of'])(
    'breaks off no login by the plugin %s, which it does not know',
    async (plugin) => {
      const { behaviour, events } = speaksMysql({ accountPlugin: plugin });
      const title = 'MySQL requires an authentication plugin that health checks do not support';
      expect(await check(behaviour, login)).toEqual(['check-refused', title, `MySQL requires ${plugin}`]);
      expect(events).toEqual(['login app', 'refused']);
    },
  );

  it.each([native, sha2, 'client_ed25519', 'unheard_of'])(
    'without a user breaks off no login by the plugin %s',
    async (accountPlugin) => {
      const { behaviour, events } = speaksMysql({ accountPlugin });
      expect(await check(behaviour, mysql)).toBe('passed');
      expect(events).toEqual(nobody);
    },
  );

  it('says that the server has no TLS after a login that it does not break off', async () => {
    const { behaviour, events } = speaksMysql();
    expect(await check(behaviour, { ...login, tls: true })).toEqual([
      'check-refused',
      'MySQL does not offer TLS',
      null,
    ]);
    expect(events).toEqual(nobody);
  });

  it('names TLS where nobody is let in without', async () => {
    const error = {
      code: 3159,
      state: 'HY000',
      message: 'Connections using insecure transport are prohibited',
    };
    expect(await check(speaksMysql({ error }).behaviour, login)).toEqual([
      'check-refused',
      'MySQL requires TLS (tls: true)',
      'Connections using insecure transport are prohibited (3159)',
    ]);
  });
});

const sends =
  (bytes: string | Buffer): Behaviour =>
  (socket) => {
    socket.resume().write(bytes);
  };

describe('a check of what is not MySQL', () => {
  it.each([
    ['an SSH server', 'SSH-2.0-OpenSSH_9.2\r\n', ' (SSH-2.0-OpenSSH_9.2)'],
    ['a mail server', '220 mail.test ESMTP\r\n', ' (220 mail.test ESMTP)'],
    ['a packet without a length', Buffer.alloc(4), ''],
    ['another kind of packet', Buffer.from([5, 0, 0, 0, 11, 8, 5, 26, 0]), ''],
    ['a greeting that is cut off', Buffer.from([3, 0, 0, 0, 10, 56, 0]), ''],
  ] as [string, string | Buffer, string][])('says so, and what it said: %s', async (_, bytes, said) => {
    expect(await check(sends(bytes), mysql)).toEqual([
      'check-refused',
      'The service does not speak MySQL',
      `the answer is not MySQL${said}`,
    ]);
  });

  it('waits for the greeting of a server that speaks second', async () => {
    const evidence = 'no greeting within 1 s';
    expect(await check((socket) => socket.resume(), mysql)).toEqual([
      'timed-out',
      'No answer through the tunnel within 1 s',
      evidence,
    ]);
  });
});
