import { expect, test } from 'vitest';
import { describeCause, type Cause } from '../../../shared/failure.ts';
import { atRest } from '../../../shared/service-at-rest.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { ChildExit, ChildRequest } from '../process/child-process.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { RemedyRunner } from './remedy-runner.ts';

const expired = (command: string): Cause =>
  describeCause('credentials-expired', { context: 'prod', command });

const service = (name: string, cause: Cause | null = null): ServiceSnapshot => ({
  ...atRest,
  name,
  technology: 'kubectl',
  description: null,
  tags: [],
  route: 'prod',
  localPort: 1,
  desired: 'on',
  phase: 'waiting',
  health: 'unknown',
  since: 0,
  cause,
});
const ended: ChildExit = {
  exitCode: 0,
  signal: null,
  startError: null,
  stopped: false,
  survived: false,
  lastLines: [],
};

function setUp() {
  const clock = new FakeClock();
  const launched: ChildRequest[] = [];
  const tried: (readonly string[])[] = [];
  let end: (exit: ChildExit) => void = () => undefined;
  const runner = new RemedyRunner({
    clock,
    launcher: {
      launch: (request) => {
        launched.push(request);
        const exited = new Promise<ChildExit>((resolve) => {
          end = resolve;
        });
        return {
          pid: 1,
          exited,
          onLine: (listener) => listener('stdout', 'Opening the browser'),
          stop: () => {
            end({ ...ended, exitCode: null, signal: 'SIGTERM', stopped: true });
            return exited;
          },
        };
      },
    },
    services: () => [
      service('a', expired('aws sso login --profile prod')),
      service('b', expired('aws sso login --profile prod')),
      service('c', expired('az login')),
      service('d'),
      service(
        'e',
        describeCause('no-ready-pod', { resource: 'svc/e', context: 'my prod', namespace: 'shop' }),
      ),
    ],
    redact: (line) => line.toUpperCase(),
    kubeconfigOf: (name) => (name === 'e' ? '/work.yaml' : null),
    onSignedIn: (names) => {
      tried.push(names);
      return Promise.resolve();
    },
  });
  return { clock, runner, launched, tried, end: (exit: Partial<ChildExit>) => end({ ...ended, ...exit }) };
}

test('the command of the cause runs without a shell, and all services that named it are retried', async () => {
  const { clock, runner, launched, tried, end } = setUp();
  const lines: string[] = [];
  const running = runner.run('a', (line) => lines.push(line));
  await clock.advance(0);
  end({});
  expect(await running).toEqual({ ok: true, value: undefined });
  expect(launched.map(({ argv }) => argv)).toEqual([['aws', 'sso', 'login', '--profile', 'prod']]);
  expect([lines, tried]).toEqual([['OPENING THE BROWSER'], [['a', 'b']]]);
});

test.each<[Partial<ChildExit>, string]>([
  [{ exitCode: 255 }, 'aws ended with exit code 255'],
  [{ exitCode: null, startError: { code: 'ENOENT', message: 'spawn aws ENOENT' } }, 'aws was not found'],
])('%j fails, and nothing is tried', async (exit, error) => {
  const { clock, runner, tried, end } = setUp();
  const running = runner.run('a', () => undefined);
  await clock.advance(0);
  end(exit);
  expect(await running).toEqual({ ok: false, error });
  expect(tried).toEqual([]);
});

test('it is canceled by the user, or after ten minutes', async () => {
  const { clock, runner } = setUp();
  const first = runner.run('a', () => undefined);
  await clock.advance(0);
  await runner.cancel();
  expect(await first).toEqual({ ok: false, error: 'It was canceled' });
  const second = runner.run('a', () => undefined);
  await clock.advance(0);
  await clock.advance(10 * 60_000);
  expect(await second).toEqual({ ok: false, error: 'The sign-in was not completed within 10 minutes' });
});

test('only the last of several commands runs, and none after a cancel', async () => {
  const { clock, runner, launched } = setUp();
  const runs = ['a', 'c', 'e'].map((name) => runner.run(name, () => undefined));
  await clock.advance(0);
  expect(launched.map(({ name }) => name)).toEqual(['query kubectl']);
  runs.push(runner.run('a', () => undefined));
  await runner.cancel();
  expect(launched).toHaveLength(1);
  expect(await Promise.all(runs)).toEqual(Array(4).fill({ ok: false, error: 'It was canceled' }));
});

test('a query runs with the kubeconfig of its service, may fail, and nothing is tried', async () => {
  const { clock, runner, launched, tried, end } = setUp();
  const running = runner.run('e', () => undefined);
  await clock.advance(0);
  end({ exitCode: 1 });
  expect(await running).toEqual({ ok: true, value: undefined });
  expect(launched).toMatchObject([
    {
      argv: ['kubectl', 'get', 'pods', '-n', 'shop', '--context', 'my prod'],
      env: { KUBECONFIG: '/work.yaml' },
    },
  ]);
  expect(tried).toEqual([]);
  const slow = runner.run('e', () => undefined);
  await clock.advance(0);
  await clock.advance(60_000);
  expect(await slow).toEqual({ ok: false, error: 'There was no answer within a minute' });
});

test('nothing runs for a service whose cause names no command', async () => {
  const { runner, launched } = setUp();
  expect(await runner.run('d', () => undefined)).toMatchObject({ ok: false });
  expect(await runner.run('unknown', () => undefined)).toMatchObject({ ok: false });
  expect(launched).toEqual([]);
});
