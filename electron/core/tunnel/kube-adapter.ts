/** Forwards to pods: each uses the session of its context and has its own engine. */
import type { Clock } from '../clock.ts';
import { isKubeService } from '../kube/served-target.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { createKubeRequests } from '../kube/kube-requests.ts';
import { createPodDialer } from '../kube/kube-upgrade.ts';
import { Succession } from '../transport/succession.ts';
import type { TransportPool } from '../pool/transport-pool.ts';
import { KubeForward } from './kube-forward.ts';
import { PodChild } from './pod-child.ts';
import { PodServer } from './pod-server.ts';
import { noTraffic, type TunnelAdapter } from './tunnel-adapter.ts';

export interface KubeAdapterOptions {
  readonly launcher: ChildLauncher;
  readonly clock: Clock;
  readonly transports: Pick<TransportPool, 'attachKube'>;
}

export function createKubeAdapter(options: KubeAdapterOptions): TunnelAdapter {
  const { clock, transports } = options;
  const succession = new Succession<PodServer>();
  return {
    open: (request) => {
      const { service, forced = false, traffic = noTraffic, id } = request;
      if (!isKubeService(service)) throw new Error(`not a kubectl service: ${service.name}`);
      const carrierUser = { service: service.name, target: JSON.stringify(service.connection), ...traffic };
      const attachment = transports.attachKube({ service, carrierUser, forced });
      return new KubeForward(id, {
        clock,
        attachment,
        chooseEngine: (socketPath, { namespace, reports }) => {
          if (service.connection.engine === 'kubectl' || attachment.isProxied())
            return new PodChild({ ...options, request, service, namespace, reports });
          return new PodServer({
            clock,
            service,
            namespace,
            target: attachment.target,
            isAfterOutage: attachment.isAfterOutage,
            dial: createPodDialer(socketPath, { api: createKubeRequests(socketPath, clock), clock }),
            traffic,
            succession,
            reports,
          });
        },
      });
    },
    close: () => {
      succession.close();
    },
  };
}
