import { expect, it } from 'vitest';
import { describeCause } from '../../../shared/failure.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { kubectlConnection, serviceWith } from '../tunnel/testing/service-specs.ts';
import { explainByKubeconfig } from './kubeconfig-fault.ts';
import { FakeChild } from '../transport/testing/fake-child.ts';

it('a missing kubeconfig is the cause, also if a program on port 8080 delays kubectl for 5 s', async () => {
  const clock = new FakeClock();
  const launcher = new FakeChild();
  const evidence = 'read tcp 127.0.0.1:39642->127.0.0.1:8080: read: connection reset by peer';
  const explained = explainByKubeconfig(
    {
      service: serviceWith(kubectlConnection({ context: null })),
      cluster: { context: null, kubeconfig: null },
      cause: describeCause('closed-by-remote', { evidence }),
    },
    { launcher, clock, signal: new AbortController().signal },
  );
  await clock.advance(5_300);
  launcher.exit({ lastLines: ['error: current-context must exist in order to minify'] });
  expect((await explained).code).toBe('context-missing');
});
