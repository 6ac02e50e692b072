import { describe, expect, it } from 'vitest';
import { onScreen } from '../../core/observability/visible-output.ts';
import { describeCause } from '../../../shared/failure.ts';
import { aReport, aService, reportTime, variedReport } from '../testing/reports.ts';
import { colorPalette, plainPalette } from './palette.ts';
import { statusObject } from './status-json.ts';
import { statusTable } from './status-table.ts';
import { statusText } from './status-text.ts';

const table = (report = variedReport, width?: number): string =>
  statusTable(report, { palette: plainPalette, now: reportTime, width }).join('\n');

describe('the status as a table', () => {
  it('shows a line for each service, and below it why it is not up', () => {
    expect(`\n${table()}\n`).toBe(`
   NAME   STATE     LOCAL           REMOTE                       TIME   CONN      IN    OUT
●  db     up        localhost:5432  prod · svc/postgres          1h 2m     3  1.2 MB  890 B
▲  cache  retrying  localhost:6379  me@bastion → localhost:6379  in 4s
   bastion refused the connection
   connect to host bastion port 22: Connection refused
   Check that the server is running and the port is right
○  api    off       localhost:8080  api.example:80

1 of 2 up, 1 in trouble (headless 1.0.0, pid 812)
`);
  });

  it("says what is unusual about the connection, and shows kubectl's current context", () => {
    const web = aService('web', { note: 'web-0 is running but not ready', otherContext: 'prod' });
    expect(table(aReport(web)).split('\n').slice(2, 4)).toEqual([
      '   web-0 is running but not ready',
      "   kubectl's current context is prod now: turn this off and on to use it",
    ]);
    expect(statusObject(aReport(web))).toMatchObject({
      services: [{ note: 'web-0 is running but not ready', other_context: 'prod' }],
    });
  });

  it('leaves the local side of a reverse forward empty', () => {
    const reverse = aService('hook', {
      localPort: 0,
      remoteAddress: 'bastion:8080',
      route: 'bastion:8080 → localhost:3000',
    });
    expect(table(aReport(reverse)).split('\n').slice(0, 2)).toEqual([
      '   NAME  STATE  LOCAL  REMOTE                         TIME   CONN  IN  OUT',
      '●  hook  up            bastion:8080 → localhost:3000  1h 2m',
    ]);
    expect(statusText(aReport(reverse))).toEqual(['hook\tup\thealthy\t\tbastion:8080 → localhost:3000\t']);
  });

  it('shows a service that is up and fails its checks as unhealthy', () => {
    expect(table(aReport(aService('web', { health: 'unhealthy' })))).toContain('▲  web   unhealthy');
  });

  it('shows and counts an unproven service as checking, neither up nor in trouble', () => {
    const unproven = aService('web', { health: 'unknown', cause: null });
    expect(`\n${table(aReport(aService('db'), unproven))}\n`).toBe(`
   NAME  STATE     LOCAL           REMOTE          TIME   CONN  IN  OUT
●  db    up        localhost:8080  db.example:80   1h 2m
◌  web   checking  localhost:8080  web.example:80

1 of 2 up, 1 checking (headless 1.0.0, pid 812)
`);
  });

  it('shows a ready service as ready, with its time, and counts it as up', () => {
    expect(`\n${table(aReport(aService('db'), aService('jvm', { health: 'ready' })))}\n`).toBe(`
   NAME  STATE  LOCAL           REMOTE          TIME   CONN  IN  OUT
●  db    up     localhost:8080  db.example:80   1h 2m
◌  jvm   ready  localhost:8080  jvm.example:80  1h 2m

2 of 2 up (headless 1.0.0, pid 812)
`);
  });

  it('keeps a service in trouble while its next tunnel is checked, with its cause', () => {
    const cause = describeCause('target-refused', { host: 'db' });
    const tried = aService('web', { health: 'unknown', cause, attempt: 3 });
    expect(table(aReport(tried)).split('\n').slice(1, 3)).toEqual([
      '▲  web   checking  localhost:8080  web.example:80',
      '   The tunnel is up, but db refused the connection',
    ]);
  });

  it.each([
    ['host-key-changed', { host: 'bastion' }, '   To remove the old key: ssh-keygen -R bastion'],
    ['host-key-changed', { host: 'bastion', isBehindProxy: true }, '   To do so: ssh-keygen -R bastion'],
    [
      'context-missing',
      { context: 'prod', resource: 'service/web' },
      '   Show Contexts: kubectl config get-contexts',
    ],
    ['master-missing', { host: 'bastion' }, ''],
  ] as const)(
    'ends the cause %s of %j with the command that fixes it, unless the fix has it',
    (code, details, line) => {
      const web = aService('web', {
        phase: 'failed',
        health: 'unknown',
        cause: describeCause(code, details),
      });
      expect(table(aReport(web)).split('\n')[4]).toBe(line);
    },
  );

  it('says that a port other than the one in the config applies to this run', () => {
    const lines = table(aReport(aService('db', { localPort: 7101, configuredPort: 7001 }))).split('\n');
    expect(lines[2]).toBe('   this port is for this run: the config says 7001');
  });

  it('says which question a service waits for, and how to answer it', () => {
    const db = aService('db', { phase: 'connecting', health: 'unknown', route: 'me@bastion → db:5432' });
    const prompt = {
      id: '1',
      services: ['db'],
      asker: 'bastion',
      words: 'Password:',
      isRepeated: false,
      since: 0,
    };
    const report = { ...aReport(db), prompts: [{ ...prompt, kind: 'password' } as const] };
    expect(table(report).split('\n')[2]).toBe(
      '   bastion asks for a password: answer in the app, or run localport ssh login bastion',
    );
    expect(statusObject(report)).toMatchObject({
      prompts: [{ services: ['db'], asker: 'bastion', kind: 'password', since: '1970-01-01T00:00:00.000Z' }],
    });
    const signIn = { ...prompt, asker: 'kubelogin', kind: 'sign-in' } as const;
    expect(table({ ...report, prompts: [signIn] }).split('\n')[2]).toBe(
      '   kubelogin is waiting for you to sign in',
    );
  });

  it('ends with the notices of the host', () => {
    const report = aReport(aService('db'));
    const host = report.host && { ...report.host, notices: ['The state folder is read-only'] };
    expect(
      table({ ...report, host })
        .split('\n')
        .at(-1),
    ).toBe('notice: The state folder is read-only');
  });

  it('shows “now” while the retry, whose time is in the past, is running', () => {
    const timeAt = (nextRetryAt: number): string | undefined => {
      const shop = aService('shop', { phase: 'waiting', health: 'unknown', nextRetryAt });
      return table(aReport(shop)).split('\n')[1]?.split(/ {2,}/).at(-1);
    };
    expect([-9_000, 0, 999, 1_000].map((ms) => timeAt(reportTime + ms))).toEqual([
      'now',
      'now',
      'now',
      'in 1s',
    ]);
  });

  it('shows the last log lines, and that LocalPort is not running, without a host', () => {
    const report = {
      ...aReport(aService('db', { phase: 'off', since: null })),
      host: null,
      lastWords: new Map([
        ['db', '2026-11-22T09:00:00.000Z info  turned off [stopping → off after port-closed]'],
      ]),
    };
    expect(table(report).split('\n').slice(2)).toEqual([
      expect.stringMatching(/^ {3}last: (2026-11-22 )?\d\d:00:00 {2}turned off$/) as unknown,
      '',
      'LocalPort is not running; this is the last known state',
    ]);
  });

  it('has the same width with colors', () => {
    const lines = statusTable(variedReport, { palette: colorPalette, now: reportTime });
    const painted = onScreen(lines.join('\n'));
    // eslint-disable-next-line no-control-regex
    expect(painted.replaceAll(/\u001b\[\d+m/g, '')).toBe(table());
    expect(painted).toContain('\u001b[31mretrying\u001b[39m');
  });

  it('is narrowed for a narrow terminal: counters first, then the remote end, the name last', () => {
    expect(`\n${table(variedReport, 59)}\n`).toBe(`
   NAME   STATE     LOCAL           REMOTE            TIME
●  db     up        localhost:5432  prod · svc/post…  1h 2m
▲  cache  retrying  localhost:6379  me@bastion → lo…  in 4s
   bastion refused the connection
   connect to host bastion port 22: Connection refused
   Check that the server is running and the port is right
○  api    off       localhost:8080  api.example:80

1 of 2 up, 1 in trouble (headless 1.0.0, pid 812)
`);
    const [, cache = aService('cache')] = variedReport.services;
    expect(`\n${table(aReport(aService('a-long-name-of-a-service'), cache), 32)}\n`).toBe(`
   NAME      STATE     LOCAL
●  a-long-…  up        localhost:8080
▲  cache     retrying  localhost:6379
   bastion refused the
   connection
   connect to host bastion port
   22: Connection refused
   Check that the server is
   running and the port is right

1 of 2 up, 1 in trouble (headless 1.0.0, pid 812)
`);
  });

  it('names the command whose output the app would show', () => {
    const cause = describeCause('no-ready-pod', { namespace: 'shop', context: 'prod' });
    expect(table(aReport(aService('web', { phase: 'waiting', health: 'unknown', cause })))).toContain(
      '\n   LocalPort connects as soon as a pod is ready\n   Show Pods: kubectl get pods -n shop --context prod\n',
    );
  });

  it('shows a shared cause of neighbors once', () => {
    const cause = describeCause('transport-down', { host: 'prod', evidence: 'no answer' });
    const shop = { phase: 'waiting', health: 'unknown', cause } as const;
    const [, cache = aService('cache')] = variedReport.services;
    const lines = table(aReport(aService('a', shop), aService('b', shop), cache, aService('c', shop))).split(
      '\n',
    );
    const shown = [cause.title, 'no answer', cause.remedy].map((line) => `   ${line ?? ''}`);
    expect(lines.slice(1).map((line) => (line.startsWith('▲') ? line.slice(0, 4) : line))).toEqual([
      '▲  a',
      '▲  b',
      ...shown,
      '▲  c',
      '   bastion refused the connection',
      '   connect to host bastion port 22: Connection refused',
      '   Check that the server is running and the port is right',
      '▲  c',
      ...shown,
      '',
      '0 of 4 up, 4 in trouble (headless 1.0.0, pid 812)',
    ]);
  });

  it('says so if there is nothing to show', () => {
    expect(table(aReport())).toBe('no services; to add one: localport add, or localport import');
  });
});

describe('the status as text', () => {
  it('has a line of tab-separated fields for each service', () => {
    expect(statusText(variedReport)).toEqual([
      'db\tup\thealthy\tlocalhost:5432\tprod · svc/postgres\t',
      'cache\tretrying\tunknown\tlocalhost:6379\tme@bastion → localhost:6379\tbastion refused the connection',
      'api\toff\tunknown\tlocalhost:8080\tapi.example:80\t',
    ]);
  });
});

describe('the status as JSON', () => {
  it('is the documented interface, key for key', () => {
    expect(JSON.stringify(statusObject(variedReport), null, 2)).toMatchInlineSnapshot(`
      "{
        "host": {
          "kind": "headless",
          "pid": 812,
          "version": "1.0.0",
          "since": "2026-11-22T08:00:00.000Z",
          "config": "/home/me/.localport.yaml",
          "notices": []
        },
        "services": [
          {
            "name": "db",
            "technology": "kubectl",
            "state": "up",
            "desired": "on",
            "phase": "up",
            "health": "healthy",
            "local_port": 5432,
            "configured_port": 5432,
            "addresses": [
              "127.0.0.1:5432",
              "[::1]:5432"
            ],
            "remote": "prod · svc/postgres",
            "tags": [
              "backend"
            ],
            "pid": 4711,
            "since": "2026-11-22T08:57:55.000Z",
            "restarts": 2,
            "attempt": 0,
            "next_retry_at": null,
            "connections": 3,
            "bytes_in": 1234567,
            "bytes_out": 890,
            "check_ms": 4.3,
            "cause": null
          },
          {
            "name": "cache",
            "technology": "ssh",
            "state": "trouble",
            "desired": "on",
            "phase": "retrying",
            "health": "unknown",
            "local_port": 6379,
            "configured_port": 6379,
            "addresses": [
              "127.0.0.1:8080",
              "[::1]:8080"
            ],
            "remote": "me@bastion → localhost:6379",
            "tags": [],
            "pid": null,
            "since": "2026-11-22T09:59:59.000Z",
            "restarts": 0,
            "attempt": 3,
            "next_retry_at": "2026-11-22T10:00:04.000Z",
            "connections": 0,
            "bytes_in": 0,
            "bytes_out": 0,
            "check_ms": null,
            "cause": {
              "code": "connection-refused",
              "title": "bastion refused the connection",
              "evidence": "connect to host bastion port 22: Connection refused",
              "remedy": "Check that the server is running and the port is right",
              "retryable": true
            }
          },
          {
            "name": "api",
            "technology": "tcp",
            "state": "off",
            "desired": "off",
            "phase": "off",
            "health": "unknown",
            "local_port": 8080,
            "configured_port": 8080,
            "addresses": [],
            "remote": "api.example:80",
            "tags": [],
            "pid": null,
            "since": "2026-11-22T08:57:55.000Z",
            "restarts": 0,
            "attempt": 0,
            "next_retry_at": null,
            "connections": 0,
            "bytes_in": 0,
            "bytes_out": 0,
            "check_ms": null,
            "cause": null
          }
        ],
        "prompts": []
      }"
    `);
  });

  it('has no host if none is running', () => {
    expect(statusObject({ ...aReport(aService('db', { since: null })), host: null })).toMatchObject({
      host: null,
      services: [{ name: 'db', since: null }],
    });
  });
});
