import { expect, test } from 'vitest';
import { describeCause } from '../../../shared/failure.ts';
import { atRest } from '../../../shared/service-at-rest.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { ChildExit, ChildRequest } from '../process/child-process.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { SignIn } from './sign-in.ts';

const service = (name: string, command?: string): ServiceSnapshot => ({
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
  cause: command === undefined ? null : describeCause('credentials-expired', { context: 'prod', command }),
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
  const signIn = new SignIn({
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
      service('a', 'aws sso login --profile prod'),
      service('b', 'aws sso login --profile prod'),
      service('c', 'az login'),
      service('d'),
    ],
    onSignedIn: (names) => {
      tried.push(names);
      return Promise.resolve();
    },
  });
  return { clock, signIn, launched, tried, end: (exit: Partial<ChildExit>) => end({ ...ended, ...exit }) };
}

test('the command of the cause runs without a shell, and all services that named it are retried', async () => {
  const { clock, signIn, launched, tried, end } = setUp();
  const lines: string[] = [];
  const running = signIn.run('a', (line) => lines.push(line));
  await clock.advance(0);
  end({});
  expect(await running).toEqual({ ok: true, value: undefined });
  expect(launched.map(({ argv }) => argv)).toEqual([['aws', 'sso', 'login', '--profile', 'prod']]);
  expect([lines, tried]).toEqual([['Opening the browser'], [['a', 'b']]]);
});

test.each<[Partial<ChildExit>, string]>([
  [{ exitCode: 255 }, 'aws ended with exit code 255'],
  [{ exitCode: null, startError: { code: 'ENOENT', message: 'spawn aws ENOENT' } }, 'aws was not found'],
])('%j fails, and nothing is tried', async (exit, error) => {
  const { clock, signIn, tried, end } = setUp();
  const running = signIn.run('a', () => undefined);
  await clock.advance(0);
  end(exit);
  expect(await running).toEqual({ ok: false, error });
  expect(tried).toEqual([]);
});

test('it is canceled by the user, or after ten minutes', async () => {
  const { clock, signIn } = setUp();
  const first = signIn.run('a', () => undefined);
  await clock.advance(0);
  await signIn.cancel();
  expect(await first).toEqual({ ok: false, error: 'The sign-in was given up' });
  const second = signIn.run('a', () => undefined);
  await clock.advance(0);
  await clock.advance(10 * 60_000);
  expect(await second).toEqual({ ok: false, error: 'The sign-in was given up' });
});

test('nothing runs for a service that does not wait for a sign-in', async () => {
  const { signIn, launched } = setUp();
  expect(await signIn.run('d', () => undefined)).toMatchObject({ ok: false });
  expect(await signIn.run('unknown', () => undefined)).toMatchObject({ ok: false });
  expect(launched).toEqual([]);
});
