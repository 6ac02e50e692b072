/** The config without a config file: one healthy forward that needs neither cluster nor server. */
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { findFreePort } from './free-port.ts';
import { renderWelcomePage } from './welcome-page.ts';
import { serveWelcomePage } from './welcome-server.ts';

export interface Welcome {
  readonly services: readonly ServiceSpec[];
  /** Stops serving the page. The forward ends with its service. Idempotent. */
  close(): Promise<void>;
}

const preferredPort = 8700;
const portTries = 100;

export interface WelcomeOptions {
  /** Where the page tells the user to write a config. */
  readonly configPath?: string;
}

/** Serves the page and describes the forward to it. Rejects when no loopback port can be opened at all. */
export async function startWelcome({
  configPath = '~/.config/localport/config.yaml',
}: WelcomeOptions = {}): Promise<Welcome> {
  const localPort = (await findFreePort(preferredPort, portTries)) ?? preferredPort;
  const server = await serveWelcomePage(renderWelcomePage({ configPath, localPort }));
  return { services: [welcomeService(localPort, server.port)], close: () => server.close() };
}

const welcomeService = (localPort: number, remotePort: number): ServiceSpec => ({
  name: 'welcome',
  localPort,
  enabled: true,
  tags: [],
  description: 'A page that LocalPort serves itself: open it in a browser',
  holdTimeoutMs: 10_000,
  connection: { technology: 'tcp', host: '127.0.0.1', remotePort },
  healthCheck: {
    probe: {
      type: 'http',
      url: '/',
      method: 'GET',
      expectedStatus: [200],
      expectedContent: 'LocalPort',
      headers: {},
      verifySsl: true,
    },
    intervalMs: 30_000,
    timeoutMs: 5_000,
    failureThreshold: 3,
    successThreshold: 1,
    clusterAware: false,
  },
  restartPolicy: {
    enabled: true,
    maxAttempts: 5,
    initialDelayMs: 1_000,
    maxDelayMs: 300_000,
    backoffMultiplier: 2,
  },
  problem: null,
});
