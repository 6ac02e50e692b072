import { expect, it } from 'vitest';
import { HiddenValues } from './hidden-values.ts';

it('hides values that were read in addition to those in the config, even after the config has changed', () => {
  const told: string[][] = [];
  const hidden = new HiddenValues({ setSecrets: (values) => told.push([...values]) });
  hidden.setOfConfig(['a']);
  hidden.add('found');
  hidden.add('found');
  hidden.setOfConfig(['b']);
  expect(told).toEqual([['a'], ['found', 'a'], ['found', 'b']]);
});
