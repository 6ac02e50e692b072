import { expect, it } from 'vitest';
import { describeCause, type Cause } from '../../../shared/failure.ts';
import { ok } from '../../../shared/result.ts';
import type { HostInfo } from '../../../shared/service-snapshot.ts';
import type { Finding } from '../output/findings.ts';
import type { Examination } from './examination.ts';
import { checkLocalNetwork } from './local-network-check.ts';

async function check(
  kind: HostInfo['kind'],
  causes: readonly Cause[],
  { platform = 'darwin', runtime = 'node' } = {},
): Promise<string[]> {
  const snapshot = { host: { kind }, services: causes.map((cause) => ({ cause })) };
  const client = { request: () => Promise.resolve(ok(snapshot)) };
  const context = { platform, runtime: { kind: runtime } };
  const findings = await checkLocalNetwork({ context, client } as unknown as Examination);
  return findings.map(({ level, message, fix }: Finding) => `${level}: ${message} → ${fix ?? 'nothing'}`);
}

const blocked = (program: string): Cause =>
  describeCause('local-network-denied', { address: '192.168.1.5', program });

it('names the program to allow if nothing seems to be blocked', async () => {
  expect(await check('menu-bar', [])).toEqual([
    'ok: nothing seems to be blocked; the program to allow is LocalPort → nothing',
  ]);
  expect(await check('headless', [describeCause('timed-out')])).toEqual([
    'ok: nothing seems to be blocked; the program to allow is the terminal that started the daemon, or node for a launch agent → nothing',
  ]);
  expect(await check('headless', [], { runtime: 'app' })).toEqual([
    'ok: nothing seems to be blocked; the program to allow is the terminal that started the daemon, or LocalPort for a launch agent → nothing',
  ]);
});

it('reports each suspicion once, and suggests the app in place of a daemon that cannot be allowed', async () => {
  expect(await check('menu-bar', [blocked('LocalPort'), blocked('LocalPort')])).toEqual([
    'note: macOS may not let LocalPort reach 192.168.1.5 → Check that the host is on; if it is, ' +
      'allow LocalPort in System Settings › Privacy & Security › Local Network',
  ]);
  expect(await check('headless', [blocked('node')])).toEqual([
    'note: macOS may not let node reach 192.168.1.5 → Check that the host is on; if it is, ' +
      'allow node in System Settings › Privacy & Security › Local Network. ' +
      'If System Settings does not list that program, run the app instead of the daemon.',
  ]);
});

it('reports nothing on other systems', async () => {
  expect(await check('menu-bar', [blocked('LocalPort')], { platform: 'linux' })).toEqual([]);
});
