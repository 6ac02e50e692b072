import { describe, expect, it } from 'vitest';
import { formErrorsOf } from './form-errors.ts';
import type { Kind } from './draft-form.ts';

const errorsIn = (kind: Kind, ...fields: readonly string[]) =>
  formErrorsOf(
    fields.map((field) => ({ severity: 'error', field, message: `${field} is wrong` })),
    kind,
  );

describe('an error', () => {
  it.each([
    ['ssh', 'local_port', 'localPort'],
    ['tcp', 'connection.host', 'host'],
    ['command', 'connection.argv[1]', 'command'],
    ['ssh', 'tags[0]', 'group'],
    ['ssh', 'auto_off', 'autoOff'],
  ] as const)('of %s about %s is shown beside %s', (kind, field, name) => {
    expect([...errorsIn(kind, field).fields]).toEqual([[name, `${field} is wrong`]]);
  });

  it.each([
    ['tcp', 'health_check.interval'],
    ['tcp', 'connection.remote_host'],
    ['kubectl', 'connection.engine'],
  ] as const)('of %s about %s, which no field can show, is shown with its key', (kind, field) => {
    expect(errorsIn(kind, field).others).toEqual([
      { severity: 'error', text: `${field}: ${field} is wrong` },
    ]);
  });

  it('counts as often as it is shown', () => {
    expect(errorsIn('kubectl', 'name', 'connection.resource_name', 'connection.selector', '').count).toBe(3);
    expect(formErrorsOf([{ severity: 'warning', field: '', message: 'unused' }], 'tcp').count).toBe(0);
  });
});
