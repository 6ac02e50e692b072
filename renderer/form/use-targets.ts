import { useEffect, useState } from 'react';
import type { KubeTargets, Places } from '../../shared/import-contract.ts';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';

const noPlaces: Places = { contexts: [], currentContext: null, sshHosts: [] };
const noTargets: KubeTargets = { namespaces: [], targets: [], failure: null };
/** Avoids requests for a name that is still being typed. */
const settleMs = 400;

/** The names in the kubeconfig and ssh_config. */
export function usePlaces(bridge: PopoverBridge): Places {
  const [places, setPlaces] = useState(noPlaces);
  useEffect(() => {
    let isGone = false;
    bridge.invoke('targets:places', undefined).then(
      (read) => isGone || setPlaces(read),
      // Without options, everything can still be typed.
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [bridge]);
  return places;
}

/** The targets in a context; none without a context. */
export function useKubeTargets(bridge: PopoverBridge, context: string, namespace: string): KubeTargets {
  const [known, setKnown] = useState<{ readonly of: string; readonly targets: KubeTargets } | null>(null);
  const of = `${context}\n${namespace}`;
  useEffect(() => {
    if (context === '') return;
    let isGone = false;
    const ask = (): void => {
      bridge.invoke('targets:kube', { context, namespace: namespace === '' ? null : namespace }).then(
        (targets) => isGone || setKnown({ of, targets }),
        () => undefined,
      );
    };
    const timer = setTimeout(ask, settleMs);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [bridge, context, namespace, of]);
  return known?.of === of ? known.targets : noTargets;
}
