import { expect, it } from 'vitest';
import { entryOf, problemText } from './problem-text.ts';
import type { ConfigProblem } from './service-snapshot.ts';

const problem = (path: string, service?: string): ConfigProblem => ({
  severity: 'error',
  path,
  line: 41,
  message: '70000 is above 65535',
  ...(service === undefined ? {} : { service }),
});

it.each([
  [
    problem('services[3].local_port', 'warehouse'),
    'warehouse: local_port: 70000 is above 65535',
    'services[3]',
  ],
  [problem('services[3]', 'warehouse'), 'warehouse: 70000 is above 65535', 'services[3]'],
  [problem('services[3].local_port'), 'services[3].local_port: 70000 is above 65535', null],
  [problem('defaults.hold'), 'defaults.hold: 70000 is above 65535', null],
  [problem(''), '70000 is above 65535', null],
])('%j names the service, if it has a name, and then its entry', (given, text, entry) => {
  expect([problemText(given), entryOf(given)]).toEqual([text, entry]);
});
