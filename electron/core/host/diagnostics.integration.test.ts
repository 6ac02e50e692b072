/** The contents of a bug report, with real programs and logs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeCause, type Cause } from '../../../shared/failure.ts';
import { atRest } from '../../../shared/service-at-rest.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { OpenLog } from '../observability/open-log.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { collectDiagnostics, type DiagnosedState } from './diagnostics.ts';

const service = (name: string, cause: Cause | null): ServiceSnapshot => ({
  ...atRest,
  name,
  technology: 'kubectl',
  description: null,
  tags: [],
  route: `prod · svc/${name}`,
  localPort: 5432,
  desired: 'on',
  phase: cause === null ? 'up' : 'failed',
  health: cause === null ? 'healthy' : 'unknown',
  since: 0,
  cause,
});

const stopped: DiagnosedState = {
  host: null,
  config: { status: 'loaded', path: '/home/me/.localport.yaml', problems: [] },
  services: [],
};

let home: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'diagnostics-'));
  mkdirSync(path.join(home, 'bin'));
});

afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function program(name: string, line: string): void {
  writeFileSync(path.join(home, 'bin', name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
}

const logFile = (service: string | null): string => path.join(home, `${service ?? 'localport'}.log`);

async function collect(state: DiagnosedState) {
  const sections = await collectDiagnostics({
    clock: new FakeClock(60_000),
    paths: { stateDirectory: home, logDirectory: home, runtimeDirectory: home, defaultConfigPath: '/c' },
    platform: 'linux',
    version: '1.2.3',
    state,
    environment: { PATH: `${home}/bin` },
    openLog: (service) => OpenLog.open(logFile(service)),
    settings: ['at login   enabled'],
  });
  return new Map(sections.map(({ title, lines }) => [title, lines]));
}

describe('diagnostics', () => {
  it('list versions, and programs whose version cannot be found out', async () => {
    program('kubectl', `echo '{"clientVersion":{"gitVersion":"v1.35.2"}}'`);
    const versions = (await collect(stopped)).get('Versions') ?? [];
    expect(versions).toEqual([
      `made by    LocalPort 1.2.3, node ${process.versions.node}`,
      'running    no',
      expect.stringMatching(/^system {5}\S.*, linux /),
      'kubectl    v1.35.2',
      expect.stringMatching(/^ssh {8}.*ENOENT/),
    ]);
  });

  it('list unhealthy services first, with their cause and the last warnings in their logs', async () => {
    program('ssh', 'echo "OpenSSH_9.9p1, LibreSSL 3.3.6" >&2');
    const lines = Array.from({ length: 12 }, (_, n) => `2026-01-01T00:00:00.000Z warn  tunnel ${n}: late`);
    writeFileSync(logFile('db'), `${lines.join('\n')}\n2026-01-01T00:00:01.000Z info  off → up\n`);
    writeFileSync(path.join(home, 'settings.json'), '{\n  "notifications": false\n}\n', { mode: 0o600 });
    const found = await collect({
      ...stopped,
      services: [
        service('web', null),
        service('db', describeCause('credentials-expired', { context: 'prod' })),
      ],
    });
    expect(found.get('Versions')?.at(-1)).toBe('ssh        OpenSSH_9.9p1');
    expect(found.get('Settings')).toEqual([
      'config     /home/me/.localport.yaml (loaded)',
      'at login   enabled',
      'in the app { "notifications": false }',
    ]);
    expect(found.get('Services')?.map((line) => line.split(':')[0])).toEqual([
      'db',
      '  credentials-expired',
      'web',
    ]);
    expect(found.get('Last warnings and errors')).toEqual(lines.slice(2).map((line) => `db: ${line}`));
  });
});
