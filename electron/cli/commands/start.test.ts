import { expect, it } from 'vitest';
import { ok } from '../../../shared/result.ts';
import type { ConfigState } from '../../../shared/service-snapshot.ts';
import { aSnapshot } from '../../shell/testing/snapshots.ts';
import { runCommandLine } from '../command-line.ts';
import { fakeClient } from '../testing/fake-client.ts';
import { testSurroundings } from '../testing/test-context.ts';

/** What `localport start` says where no config is found. `status`: of the running host; null: none is running. */
async function saidWith(status: ConfigState['status'] | null): Promise<string> {
  const snapshot = aSnapshot();
  const config = { ...snapshot.config, status: status ?? 'loaded' };
  const client = fakeClient({ request: () => Promise.resolve(ok({ ...snapshot, config } as never)) });
  const surroundings = testSurroundings({
    ...(status === null ? {} : { connect: () => Promise.resolve(ok(client)) }),
  });
  expect(await runCommandLine(['start'], surroundings)).toBe(2);
  return surroundings.complained();
}

it('mentions a missing config only if no host runs with one', async () => {
  expect(await saidWith(null)).toContain('no service is named, and there is no config yet');
  expect(await saidWith('welcome')).toContain('no service is named, and there is no config yet');
  expect(await saidWith('loaded')).toBe(
    'error: no service is named\nName services, or --tag TAG, or --all.\n',
  );
  expect(await saidWith('broken')).not.toContain('no config yet');
});
