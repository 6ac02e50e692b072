import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logFileName } from './log-file-name.ts';

describe('the log file of a service', () => {
  it('has the name of the service if that is safe', () => {
    expect(['postgres', 'db-2', 'a.b_c'].map(logFileName)).toEqual(['postgres.log', 'db-2.log', 'a.b_c.log']);
  });

  it('has a readable name and a hash otherwise', () => {
    const odd = ['Postgres', '../../etc/passwd', 'a b', '.', '数据库', 'x.old', 'db-0123abcd', '-rf'];
    expect(odd.map((name) => logFileName(name).replace(/-[0-9a-f]{8}\.log$/, '-HASH.log'))).toEqual([
      'postgres-HASH.log',
      'etc-passwd-HASH.log',
      'a-b-HASH.log',
      'service-HASH.log',
      'service-HASH.log',
      'x-old-HASH.log',
      'db-0123abcd-HASH.log',
      'rf-HASH.log',
    ]);
  });

  it('is safe and short for every name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        expect(logFileName(name)).toMatch(/^[a-z0-9][a-z0-9._-]{0,75}\.log$/);
        expect(logFileName(name)).not.toMatch(/\.old\.log$/);
      }),
    );
  });

  it('is never shared, even if the file system ignores case', () => {
    const name = fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.constantFrom('db', 'DB', 'Db', 'd/b', 'd.b', 'db '),
    );
    fc.assert(
      fc.property(name, name, (a, b) => {
        fc.pre(a !== b);
        expect(logFileName(a).toLowerCase()).not.toBe(logFileName(b).toLowerCase());
      }),
    );
  });
});
