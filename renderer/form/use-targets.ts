import { useEffect, useState } from 'react';
import type { KubeTargets, Places } from '../../shared/import-contract.ts';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';

const noPlaces: Places = { contexts: [], currentContext: null, sshHosts: [] };
const noTargets: KubeTargets = { namespaces: [], targets: [], failure: null };
/** A name that is still being typed is not asked for. */
const settleMs = 400;

/** What kubeconfig and ssh_config name. */
export function usePlaces(bridge: PopoverBridge): Places {
  const [places, setPlaces] = useState(noPlaces);
  useEffect(() => {
    let isGone = false;
    bridge.invoke('targets:places', undefined).then(
      (read) => isGone || setPlaces(read),
      // There is nothing to offer; everything can be typed.
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [bridge]);
  return places;
}

/** What a context has; nothing while none is named. */
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
