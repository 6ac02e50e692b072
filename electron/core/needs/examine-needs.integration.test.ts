/** What services need on this machine, checked with the real ssh, real files and a name server that need not answer. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasNameServer } from '../../../e2e/fixtures/unknown-name.ts';
import { systemClock as clock } from '../clock.ts';
import { loadText } from '../config/testing/config-text.ts';
import { examineNeeds } from './examine-needs.ts';

let home: string;
let environment: Record<string, string>;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'needs-'));
  mkdirSync(path.join(home, 'bin'));
  environment = {
    HOME: home,
    PATH: `${path.join(home, 'bin')}:/usr/bin:/bin`,
    KUBECONFIG: path.join(home, 'kubeconfig'),
  };
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

/** Below `services:`. One line for each need: `✗ subject: message → fix`, with the home as `~`. */
async function examine(...entries: readonly string[]): Promise<readonly string[]> {
  const text = `services:\n${entries.map((entry, at) => `  - {name: s${at}, local_port: ${at + 1}, ${entry}}\n`).join('')}`;
  const needs = await examineNeeds(loadText(text).services, { clock, environment });
  const marks = { ok: '✓', note: '·', bad: '✗' };
  return needs.map(({ level, subject, message, fix }) =>
    `${marks[level]} ${subject}: ${message}${fix === null ? '' : ` → ${fix}`}`.replaceAll(home, '~'),
  );
}

const file = (name: string, text: string, mode = 0o600): string => {
  const full = path.join(home, name);
  writeFileSync(full, text, { mode });
  chmodSync(full, mode);
  return full;
};

const kube = (more: string): string =>
  `technology: kubectl, remote_port: 80, connection: {resource_name: web${more}}`;
const tcp = (host: string, more = ''): string =>
  `technology: tcp, remote_port: 80, connection: {host: ${host}}${more}`;
const ssh = (connection: string): string => `technology: ssh, remote_port: 80, connection: {${connection}}`;

const kubeconfig = (name: string, current = ''): string =>
  `current-context: "${current}"\ncontexts: [{name: ${name}, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: "https://127.0.0.1:6443"}}]\n`;

const unknownName = async (service: string): Promise<string> =>
  (await hasNameServer())
    ? `does not resolve (${service}) → Check the spelling, the network or the VPN.`
    : `gets no answer from DNS (${service}) → Check the network, the VPN, or the DNS server.`;

describe('what services need', () => {
  it('contexts: of the default kubeconfig, of a kubeconfig of their own, and the current one', async () => {
    file('kubeconfig', kubeconfig('prod'));
    const own = file('own', kubeconfig('staging', 'staging'));
    expect(
      await examine(
        kube(', context: prod'),
        kube(', context: prd'),
        kube(`, context: staging, kubeconfig: ${own}`),
        kube(`, kubeconfig: ${own}`),
        kube(', context: prod'),
        kube(''),
      ),
    ).toEqual([
      '✓ context prod: leads to https://127.0.0.1:6443 (s0, s4)',
      '✗ context prd: is not in ~/kubeconfig (s1) → Did you mean prod?',
      '✓ context staging: leads to https://127.0.0.1:6443 (s2)',
      '✓ current context: leads to https://127.0.0.1:6443 (s3)',
      '✗ current context: ~/kubeconfig has no current context (s5) → Write a context in the config, or choose one: kubectl config use-context NAME',
    ]);
  });

  it('contexts in files that kubectl reads or not: of several, each that exists has to be one', async () => {
    const good = file('good', kubeconfig('prod', 'prod'));
    mkdirSync(path.join(home, 'folder'));
    execFileSync('mkfifo', [path.join(home, 'pipe')]);
    file('empty', '');
    file('broken', 'contexts: [');
    file('list', '[]');
    file('two', `${kubeconfig('prod', 'prod')}---\ncontexts: 7\n`);
    file('base', `base: &base {clusters: [{name: c, cluster: {server: "https://other"}}]}\n<<: *base\n`);
    file('oneLine', JSON.stringify({ contexts: [{ name: 'prod', context: { cluster: 'c' } }] }));
    const found: Record<string, string> = {};
    for (const name of ['missing', 'empty', 'folder', 'pipe', 'broken', 'list', 'two', 'base', 'oneLine']) {
      environment['KUBECONFIG'] = `${path.join(home, name)}:${good}`;
      found[name] = (await examine(kube(', context: prod'))).join();
    }
    const query = '(s0) → See what kubectl finds: kubectl config get-contexts';
    expect(found).toEqual({
      missing: '✓ context prod: leads to https://127.0.0.1:6443 (s0)',
      empty: '✓ context prod: leads to https://127.0.0.1:6443 (s0)',
      folder: `· context prod: ~/folder could not be read here ${query}`,
      pipe: `· context prod: ~/pipe could not be read here ${query}`,
      broken: expect.stringContaining('✗ context prod: ~/broken is not valid YAML: ') as string,
      list: `✗ context prod: ~/list is not a kubeconfig ${query}`,
      two: '✓ context prod: leads to https://127.0.0.1:6443 (s0)',
      base: '✓ context prod: leads to https://other (s0)',
      oneLine: '✓ context prod: leads to https://127.0.0.1:6443 (s0)',
    });
    environment['KUBECONFIG'] = path.join(home, 'missing');
    expect(await examine(kube(', context: prod'))).toEqual([
      `✗ context prod: ~/missing does not exist ${query}`,
    ]);
  });

  it('hosts: addresses, and names that resolve or do not', async () => {
    expect(await examine(tcp('127.0.0.1'), tcp('localhost'), tcp('no-such-host.invalid'))).toEqual([
      '✓ host 127.0.0.1: is an IP address (s0)',
      expect.stringMatching(/^✓ host localhost: resolves to (127\.0\.0\.1|::1) \(s1\)$/),
      `✗ host no-such-host.invalid: ${await unknownName('s2')}`,
    ]);
  });

  it('ssh hosts, as ssh itself reads its configuration', async () => {
    const config = file(
      'ssh_config',
      'Host bastion\n  HostName 127.0.0.1\nHost inner\n  ProxyJump me@bastion:2222\nHost through\n  ProxyCommand relay %h %p\n',
    );
    file('bin/relay', '#!/bin/sh\n', 0o755);
    file('bin/ssh', `#!/bin/sh\nexec /usr/bin/ssh -F '${config}' "$@"\n`, 0o755);
    expect(
      await examine(
        ssh('host: bastion'),
        ssh('host: inner'),
        ssh('host: through'),
        ssh('host: db.invalid, jump: [bastion]'),
        ssh('host: db.invalid'),
        ssh('host: db.invalid, jump: [through]'),
      ),
    ).toEqual([
      '✓ ssh host bastion: is 127.0.0.1 (s0)',
      '✓ ssh host inner: is reached through bastion (127.0.0.1) (s1)',
      '✓ ssh host through: is reached through the ProxyCommand of your ssh_config (s2)',
      '✓ ssh host db.invalid: is reached through bastion (127.0.0.1) (s3)',
      `✗ ssh host db.invalid: ${await unknownName('s4')}`,
      '✓ ssh host db.invalid: is reached through through, with the ProxyCommand of your ssh_config (s5)',
    ]);
    rmSync(path.join(home, 'bin/relay'));
    expect(await examine(ssh('host: through'), ssh('host: db.invalid, jump: [through]'))).toEqual([
      "✗ ssh host through: is reached through relay, which was not found (s0) → Install relay, or put it on your login shell's PATH.",
      "✗ ssh host db.invalid: is reached through through, with relay, which was not found (s1) → Install relay, or put it on your login shell's PATH.",
    ]);
    file('bin/ssh', '#!/bin/sh\necho "bad configuration option: foo" >&2\nexit 255\n', 0o755);
    expect(await examine(ssh('host: bastion'))).toEqual([
      '✗ ssh host bastion: bad configuration option: foo (s0) → Install OpenSSH, or correct your ssh_config.',
    ]);
  });

  it('ssh hosts behind a jump host with a ProxyJump or ProxyCommand of its own', async () => {
    const config = file(
      'ssh_config',
      [
        'Host outer\n  HostName 127.0.0.1',
        'Host bastion\n  HostName bastion.invalid\n  ProxyJump outer',
        'Host through\n  HostName through.invalid\n  ProxyCommand cat %h %p',
        'Host url\n  ProxyJump ssh://me@outer:22',
        'Host second\n  ProxyJump outer,through',
        'Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n',
      ].join('\n'),
    );
    file('bin/ssh', `#!/bin/sh\nexec /usr/bin/ssh -F '${config}' "$@"\n`, 0o755);
    expect(
      await examine(
        ssh('host: db.invalid, jump: [bastion]'),
        ssh('host: db.invalid, jump: [through]'),
        ssh('host: url'),
        ssh('host: second'),
        ssh('host: a'),
      ),
    ).toEqual([
      '✓ ssh host db.invalid: is reached through outer (127.0.0.1) (s0)',
      '✓ ssh host db.invalid: is reached through through, with the ProxyCommand of your ssh_config (s1)',
      '✓ ssh host url: is reached through outer (127.0.0.1) (s2)',
      '✓ ssh host second: is reached through outer (127.0.0.1) (s3)',
      '✗ ssh host a: jumps in a circle through b (s4) → Correct ProxyJump in your ssh_config.',
    ]);
  });

  it('keys: private ones with safe permissions, public ones, and none', async () => {
    const own = file('own', 'PRIVATE', 0o600);
    const open = file('open', 'PRIVATE', 0o644);
    const half = file('half.pub', 'ssh-ed25519 AAAAC3Nz me@here\n', 0o644);
    const found = await examine(
      ...[own, open, half, path.join(home, 'none')].map((key) => ssh(`host: 127.0.0.1, key_file: ${key}`)),
    );
    expect(found.filter((line) => line.includes(' key: '))).toEqual([
      '✓ key: ~/own (s0)',
      '✗ key: others may read the key ~/open, so ssh ignores it (s1) → chmod 600 ~/open',
      '✓ key: ~/half.pub is a public key; its private key has to be in the agent (s2)',
      '✗ key: ~/none cannot be read (s3) → Correct key_file, or create the key: ssh-keygen',
    ]);
  });

  it('CA files and programs of checks, and of commands', async () => {
    const pem = file('ca.pem', '-----BEGIN CERTIFICATE-----\n');
    const der = file('ca.der', '0\u0082');
    const check = (ca: string): string => `, health_check: {type: tls, config: {ca_file: ${ca}}}`;
    file('bin/tunnel', '#!/bin/sh\n', 0o755);
    const found = await examine(
      tcp('127.0.0.1', check(pem)),
      tcp('127.0.0.1', check(der)),
      tcp('127.0.0.1', check(path.join(home, 'none'))),
      'technology: command, connection: {argv: [tunnel, "{local_port}"]}',
      tcp('127.0.0.1', ', health_check: {type: exec, config: {argv: [no-such-check]}}'),
    );
    expect(found.filter((line) => !line.includes(' host '))).toEqual([
      '✓ CA file: ~/ca.pem (s0)',
      '✗ CA file: ~/ca.der has no CA certificate in PEM format (s1) → Convert it: openssl x509 -inform der -in FILE',
      '✗ CA file: ~/none cannot be read (s2) → Correct the path of the CA certificate.',
      '✓ program tunnel: ~/bin/tunnel (s3)',
      "✗ program no-such-check: was not found (s4) → Install it, or put it on your login shell's PATH.",
    ]);
  });
});
