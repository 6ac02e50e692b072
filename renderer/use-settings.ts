import { useEffect, useState } from 'react';
import type { IpcRequest, PopoverBridge, Settings } from '../shared/ipc-contract.ts';

export type SettingsChange = IpcRequest<'settings:set'>;

/** The settings as main reads them back, null until they have come, and a function that changes some. */
export function useSettings(
  bridge: PopoverBridge,
): readonly [Settings | null, (change: SettingsChange) => void] {
  const [settings, setSettings] = useState<Settings | null>(null);
  useEffect(() => {
    let isGone = false;
    bridge.invoke('settings:get', undefined).then(
      (read) => isGone || setSettings(read),
      (reason: unknown) => console.error('settings:get failed', reason),
    );
    return () => {
      isGone = true;
    };
  }, [bridge]);
  const change = (wanted: SettingsChange): void => {
    bridge
      .invoke('settings:set', wanted)
      .then(setSettings, (reason: unknown) => console.error('settings:set failed', reason));
  };
  return [settings, change];
}
