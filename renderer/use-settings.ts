import { useEffect, useState } from 'react';
import type { IpcRequest, PopoverBridge, Settings } from '../shared/ipc-contract.ts';

export type SettingsChange = IpcRequest<'settings:set'>;

/** The settings as confirmed by main, null until loaded, and a function to change some of them. */
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
