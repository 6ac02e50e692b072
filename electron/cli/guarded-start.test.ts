import { expect, it } from 'vitest';
import type { ControlTarget } from '../../shared/control-contract.ts';
import { aService, offService } from '../shell/testing/snapshots.ts';
import { createContext } from './command-line.ts';
import { permittedTarget } from './guarded-start.ts';
import { testSurroundings } from './testing/test-context.ts';

const services = [
  offService('free'),
  { ...offService('orders'), tags: ['production', 'db'] },
  { ...offService('ledger'), tags: ['db'], guard: 'confirm' as const },
  { ...aService('on'), tags: ['production'] },
];

/** `answer`: from the user at the terminal; undefined: there is no terminal. */
async function permitted(target: ControlTarget, { answer, yes }: { answer?: boolean; yes?: true } = {}) {
  const questions: string[] = [];
  const surroundings = testSurroundings(
    answer === undefined
      ? {}
      : {
          confirm: (question) => {
            questions.push(question);
            return Promise.resolve(answer);
          },
        },
  );
  const context = createContext({ color: false }, surroundings);
  const result = await permittedTarget(context, target, { services, ...(yes && { yes }) }).catch(
    (error: unknown) => String(error),
  );
  return { result, questions, told: surroundings.complained() };
}

const named = (...names: readonly string[]): ControlTarget => ({ kind: 'names', names });
const whole = (target: ControlTarget) => ({ target, refused: [] });

it('asks before named services that are guarded, whether by the key or by the tag', async () => {
  const target = named('free', 'orders', 'ledger');
  expect(await permitted(target, { answer: true })).toEqual({
    result: whole(target),
    questions: ['orders, ledger are guarded. Turn them on? [y/N] '],
    told: '',
  });
  expect(await permitted(target, { answer: false })).toMatchObject({
    result: 'CommandFailure: nothing was started',
  });
});

it('does not ask if nothing guarded would be turned on, or with --yes', async () => {
  for (const target of [named('free', 'on'), named('unknown')])
    expect(await permitted(target)).toEqual({ result: whole(target), questions: [], told: '' });
  for (const target of [named('orders'), { kind: 'all' } as const])
    expect(await permitted(target, { yes: true })).toMatchObject({ result: whole(target), told: '' });
});

it('turns on nothing guarded if no one can be asked', async () => {
  expect(await permitted(named('ledger', 'free'))).toMatchObject({
    result: 'CommandFailure: ledger is guarded, and there is no terminal to ask at',
  });
});

it('leaves guarded services out of --all and --tag, and says so', async () => {
  const answer = true;
  expect(await permitted({ kind: 'all' }, { answer })).toEqual({
    result: whole(named('free', 'on')),
    questions: [],
    told: 'not started: orders, ledger are guarded. Name them, or add --yes.\n',
  });
  const tags: ControlTarget = { kind: 'tags', tags: ['db'] };
  expect(await permitted(tags, { answer })).toMatchObject({
    result: 'CommandFailure: nothing was started: orders, ledger are guarded',
  });
});
