import { expect, it } from 'vitest';
import { describeCause } from '../shared/failure.ts';
import { up, waiting } from './testing/service-samples.ts';
import { revealed } from './use-reveal.ts';

const refused = describeCause('auth-failed', { host: 'bastion', usedPassword: true });
const label = refused.action?.label ?? '';
const inTrouble = (name: string) => waiting(name, ['auth-failed', { host: 'bastion', usedPassword: true }]);
const wanted = { names: ['a', 'b', 'c'], action: label };

it('acts only on the services that still have the action of the notification', () => {
  const services = [up('a'), inTrouble('b'), inTrouble('c'), inTrouble('d')];
  expect(label).toBe('Enter Password…');
  expect(revealed(wanted, services)).toEqual({ name: 'b', action: refused.action, names: ['b', 'c'] });
});

it('only shows the first service when the cause has changed, or the button was not clicked', () => {
  const onlyShown = { name: 'a', action: null, names: [] };
  expect(revealed(wanted, [up('a'), up('b')])).toEqual(onlyShown);
  expect(revealed({ ...wanted, action: null }, [inTrouble('a')])).toEqual(onlyShown);
});
