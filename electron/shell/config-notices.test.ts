import { expect, test } from 'vitest';
import type { ConfigProblem, ConfigState } from '../../shared/service-snapshot.ts';
import { configSettleMs, decideConfigNotice, type ConfigFault } from './config-notices.ts';

const problem: ConfigProblem = {
  severity: 'error',
  path: 'services[3].local_port',
  service: 'warehouse',
  line: 41,
  message: '70000 is above 65535',
};
const config = (status: ConfigState['status'], problems = [problem]): ConfigState => ({
  status,
  path: '/c.yaml',
  problems,
});

/** The notifications for each step: `[ms, status]`. */
function said(...steps: readonly (readonly [number, ConfigState])[]): readonly string[] {
  let fault: ConfigFault = { kind: 'none' };
  return steps.flatMap(([at, state]) => {
    const decision = decideConfigNotice(fault, state, at);
    fault = decision.fault;
    return decision.notice === null ? [] : [`${at}: ${decision.notice.title} | ${decision.notice.body}`];
  });
}

test('a broken config is one notification, however often it is saved', () => {
  expect(
    said(
      [0, config('loaded', [])],
      [10, config('broken')],
      [20, config('broken', [problem, problem])],
      [10 + configSettleMs, config('broken', [problem, problem])],
      [90_000, config('partial')],
    ),
  ).toEqual([
    '1510: The config has 2 errors | Line 41: warehouse: local_port: 70000 is above 65535. The previous config is still in effect',
  ]);
});

test('an error that is fixed at once causes no notification, and a new error causes a new one', () => {
  const broken = config('partial');
  const fine = config('loaded', []);
  expect(said([0, broken], [100, fine], [200, broken], [1_600, fine])).toEqual([]);
  expect(said([0, broken], [1_500, broken], [2_000, fine], [3_000, broken], [4_500, broken])).toHaveLength(2);
});

test('a notification says whether the other services are running, or that the config is not trusted', () => {
  expect(said([0, config('partial')], [1_500, config('partial')])[0]).toContain(
    'The other services are not affected',
  );
  expect(said([0, config('untrusted', [])], [1_500, config('untrusted', [])])).toEqual([
    '1500: The config is not trusted yet | Open LocalPort to review it',
  ]);
});
