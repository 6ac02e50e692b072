/** The config used without a config file: one healthy forward that needs neither a cluster nor a server. */
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { findFreePort } from './free-port.ts';
import { bareService, defaultHealthCheck } from './service-defaults.ts';
import { renderWelcomePage } from './welcome-page.ts';
import { serveWelcomePage } from './welcome-server.ts';

export interface Welcome {
  readonly services: readonly ServiceSpec[];
  /** Stops serving the page. The forward is stopped with its service. Idempotent. */
  close(): Promise<void>;
}

const preferredPort = 8700;
const portTries = 100;

export interface WelcomeOptions {
  /** The config path that the page recommends. */
  readonly configPath?: string;
}

/** Serves the page and describes the forward to it. Rejects if no loopback port can be opened. */
export async function startWelcome({
  configPath = '~/.config/localport/config.yaml',
}: WelcomeOptions = {}): Promise<Welcome> {
  const localPort = (await findFreePort(preferredPort, portTries)) ?? preferredPort;
  const server = await serveWelcomePage(renderWelcomePage({ configPath, localPort }));
  return { services: [welcomeService(localPort, server.port)], close: () => server.close() };
}

const welcomeService = (localPort: number, remotePort: number): ServiceSpec => ({
  ...bareService({
    name: 'welcome',
    localPort,
    connection: { technology: 'tcp', host: '127.0.0.1', remotePort },
  }),
  description: 'A page that LocalPort serves itself: open it in a browser',
  healthCheck: {
    ...defaultHealthCheck,
    probe: {
      type: 'http',
      url: '/',
      method: 'GET',
      expectedStatus: [200],
      expectedContent: 'LocalPort',
      headers: {},
      verifySsl: true,
      caFile: null,
    },
  },
});
