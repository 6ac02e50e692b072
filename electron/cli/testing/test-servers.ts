/** The remote side of a user's forwards: a real sshd, an API server for the real kubectl, an echo and a web server. */
import { startKubeApi } from '../../../e2e/fixtures/kube-api.ts';
import { startEchoServer } from '../../../e2e/fixtures/servers.ts';
import { startSshd } from '../../../e2e/fixtures/sshd.ts';
import { startHttpServer } from './http-server.ts';

export type TestServers = Awaited<ReturnType<typeof startTestServers>>;

/** The sshd is trusted by its own client. */
export async function startTestServers() {
  const [sshd, kube, echo, web] = await Promise.all([
    startSshd(),
    startKubeApi(),
    startEchoServer(),
    startHttpServer(),
  ]);
  await sshd.trust();
  return {
    sshd,
    kube,
    echo,
    web,
    dispose: () => Promise.all([sshd.dispose(), kube.dispose(), echo.stop(), web.stop()]),
  };
}
