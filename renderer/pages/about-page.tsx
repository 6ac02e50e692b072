import type { ReactElement } from 'react';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import type { Snapshot } from '../../shared/service-snapshot.ts';
import { useCommands } from '../commands.ts';
import { useSettings } from '../use-settings.ts';

interface AboutPageProps {
  readonly bridge: PopoverBridge;
  readonly snapshot: Snapshot;
}

/** Version, licenses, and updates. */
export function AboutPage({ bridge, snapshot }: AboutPageProps): ReactElement {
  const [settings] = useSettings(bridge);
  const { openLicenses } = useCommands();
  const updates = settings?.updates;
  return (
    <div className="page-body about">
      <h2 className="about-name">LocalPort {snapshot.host.version}</h2>
      <p className="quiet">Keeps your port forwards alive.</p>
      <p className="quiet">© The LocalPort developers. MIT License.</p>
      <div className="form-acts">
        {updates !== undefined && (
          <button
            type="button"
            className="button"
            disabled={!updates.enabled}
            onClick={() => void bridge.invoke('updates:choose', undefined)}
          >
            {updates.label}
          </button>
        )}
        <button type="button" className="button" onClick={() => void openLicenses()}>
          Third-Party Licenses
        </button>
      </div>
    </div>
  );
}
