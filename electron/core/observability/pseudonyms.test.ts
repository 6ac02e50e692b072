import { describe, expect, it } from 'vitest';
import { diagnosticReport } from './diagnostic-report.ts';
import { createPseudonyms } from './pseudonyms.ts';
import { createRedactor } from './redaction.ts';

const hide = createPseudonyms({
  services: [
    { name: 'warehouse', technology: 'ssh', route: 'deploy@bastion.acme.com → wh.internal:5439' },
    { name: 'postgres', technology: 'kubectl', route: 'prod-eu · svc/postgres' },
    { name: 'printer', technology: 'tcp', route: '10.0.4.20:631' },
    { name: 'tool', technology: 'command', route: 'cloud-sql-proxy' },
    { name: 'labelled', technology: 'kubectl', route: 'app=shopfront,tier=secretdb' },
    { name: 'set', technology: 'kubectl', route: 'sts/vault' },
  ],
  homeDirectory: '/Users/maria',
  userName: 'maria',
});

describe('names in a report', () => {
  it.each([
    [
      'ssh: connect to host bastion.acme.com port 22: No route to host',
      'ssh: connect to host name-2 port 22: No route to host',
    ],
    [
      'deploy@bastion.acme.com: Permission denied (publickey).',
      'name-1@name-2: Permission denied (publickey).',
    ],
    ['pods "postgres-0" not found in context prod-eu', 'pods "service-2-0" not found in context name-4'],
    ['WAREHOUSE and warehouse', 'service-1 and service-1'],
    [
      'cannot read ~/.kube/config or /Users/maria/.kube/config',
      'cannot read ~/.kube/config or ~/.kube/config',
    ],
    ['/home/bob/x of maria', '/home/USER/x of USER'],
    ['cloud-sql-proxy ended', 'cloud-sql-proxy ended'],
    ['No ready pod behind app=shopfront,tier=secretdb', 'No ready pod behind app=name-6,tier=name-7'],
    ['sts/vault is away', 'sts/name-8 is away'],
  ])('%s', (text, shown) => {
    expect(hide(text)).toBe(shown);
  });

  it('are found even if they are in no config: hosts, addresses and mail addresses in program output', () => {
    expect(hide('dial tcp 203.0.113.7:443 via gw.corp.example, fd00:12::7%en0, ask ops@corp.example')).toBe(
      'dial tcp name-9:443 via name-10, name-11, ask name-12@name-13',
    );
    expect(hide('gw.corp.example again, 10.0.4.20 too')).toBe('name-10 again, name-5 too');
  });

  it('are not found in versions, times, files, and this machine’s own addresses', () => {
    const plain =
      '2026-11-29T10:11:12.013Z v1.35.2 OpenSSH_9.9p1 config.yaml memcache.go client.authentication.k8s.io/v1 127.0.0.1:5432 [::1]:5432 0.0.0.0';
    expect(hide(plain)).toBe(plain);
  });
});

describe('a text that is crafted to be slow', () => {
  it.each(['a', 'a.', 'a@', 'a-', '1.', ':1', 'aa:'])('is scanned in linear time: %s, repeated', (part) => {
    expect(hide(part.repeat(100_000)).length).toBeGreaterThan(0);
  });
});

describe('the report', () => {
  it('begins with what is hidden, hides secrets before names, and leaves out empty sections', () => {
    const text = diagnosticReport(
      [
        { title: 'Services', lines: ['warehouse: --password hunter2 refused by bastion.acme.com\nagain'] },
        { title: 'Nothing', lines: [] },
      ],
      { redact: createRedactor([]), hideNames: hide },
    );
    expect(text.split('\n').slice(0, 2)).toEqual([
      'LocalPort diagnostics',
      'Secrets are hidden. Services, hosts, users, clusters and addresses have placeholders: a name',
    ]);
    expect(text).toMatch(
      /\n\nServices\n {2}service-1: --password \[hidden\] refused by name-2\n {4}again\n$/,
    );
    expect(text).not.toContain('Nothing');
  });
});
