import type { ReactElement } from 'react';
import type { PopoverBridge } from '../shared/ipc-contract.ts';
import { RequestButton } from './request-button.tsx';
import { useSettings } from './use-settings.ts';

/** Shown on the first run of an installed app, so that users discover the command. */
export function InstallCommand({ bridge }: { readonly bridge: PopoverBridge }): ReactElement | null {
  const [settings] = useSettings(bridge);
  if (settings?.bringsCommand !== true) return null;
  return (
    <div className="notice-command">
      <p className="notice-text">Use LocalPort from the terminal, too.</p>
      <RequestButton label="Install Command" request={() => bridge.invoke('command:install', undefined)} />
    </div>
  );
}
