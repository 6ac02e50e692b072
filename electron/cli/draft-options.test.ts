import { expect, it } from 'vitest';
import { withOptions } from './draft-options.ts';

it("writes the fields of the form's More section", () => {
  const given = { engine: 'kubectl', guard: true, autoOff: '2h', hold: '30', name: 'db' };
  expect(withOptions({ technology: 'kubectl' }, given, 'kubectl')).toEqual({
    technology: 'kubectl',
    name: 'db',
    connection: { engine: 'kubectl' },
    guard: 'confirm',
    auto_off: '2h',
    hold: 30,
  });
});

it('leaves out the fields of other technologies, and options that were not given', () => {
  const draft = { technology: 'tcp', guard: 'confirm' };
  expect(withOptions(draft, { engine: 'kubectl' }, 'tcp')).toEqual(draft);
  expect(withOptions(draft, { engine: 'kubectl', reverse: true }, null)).toEqual({
    ...draft,
    connection: { engine: 'kubectl' },
    remote: true,
  });
});
