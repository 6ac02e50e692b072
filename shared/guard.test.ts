import { expect, it } from 'vitest';
import { guardQuestion } from './guard.ts';

it('asks about production only for services with that tag', () => {
  expect(guardQuestion({ name: 'db', tags: ['database'] })).toMatchObject({
    title: 'db is guarded: turn it on?',
    label: 'Guarded: turn it on?',
  });
  expect(guardQuestion({ name: 'db', tags: ['production'] })).toMatchObject({
    title: 'db leads to production: turn it on?',
    label: 'Production: turn it on?',
  });
});
