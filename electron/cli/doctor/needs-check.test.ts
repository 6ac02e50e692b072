import { expect, it } from 'vitest';
import { describeCause } from '../../../shared/failure.ts';
import { ok } from '../../../shared/result.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { aService, aSnapshot, failedService, offService } from '../../shell/testing/snapshots.ts';
import type { Finding } from '../output/findings.ts';
import { fakeClient } from '../testing/fake-client.ts';
import type { Examination } from './examination.ts';
import { checkServices } from './needs-check.ts';

const examine = (...services: readonly ServiceSnapshot[]): Promise<readonly Finding[]> =>
  checkServices({
    client: fakeClient({ request: () => Promise.resolve(ok(aSnapshot(...services) as never)) }),
  } as Examination);

const connecting = aService('web', { phase: 'connecting', health: 'unknown' });

it.each<readonly [string, readonly ServiceSnapshot[], readonly string[]]>([
  ['all up or ready', [aService('db'), aService('web', { health: 'ready' })], ['ok services: 2 of 2 up']],
  ['one off', [aService('db'), offService('web')], ['ok services: 1 of 1 up']],
  ['none on', [offService('web')], ['note services: none is on']],
  ['one connecting', [aService('db'), connecting], ['note services: 1 of 2 up']],
  ['one not checked yet', [aService('db', { health: 'unknown' })], ['note services: 0 of 1 up, 1 checking']],
  ['one unhealthy', [aService('db', { health: 'unhealthy' })], ['note services: 0 of 1 up']],
  [
    'one failed',
    [failedService('db'), aService('web')],
    [
      `bad db: ${describeCause('credentials-expired', { context: 'prod' }).title}`,
      'note services: 1 of 2 up',
    ],
  ],
])('the doctor counts the services that work: %s', async (_, services, expected) => {
  const told = await examine(...services);
  expect(told.map(({ level, subject, message }) => `${level} ${subject}: ${message}`)).toEqual(expected);
});
