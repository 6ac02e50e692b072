import type { ReactElement } from 'react';
import type { PopoverBridge, Settings } from '../shared/ipc-contract.ts';
import { assertNever } from '../shared/result.ts';
import type { Snapshot } from '../shared/service-snapshot.ts';
import { Switch } from './switch.tsx';
import { useSettings } from './use-settings.ts';

interface SettingsViewProps {
  readonly bridge: PopoverBridge;
  readonly snapshot: Snapshot;
}

export function SettingsView({ bridge, snapshot }: SettingsViewProps): ReactElement {
  const [settings, change] = useSettings(bridge);
  const { config, host } = snapshot;
  return (
    <div className="settings">
      {settings !== null && (
        <div className="settings-group">
          <Choice
            label="Open at login"
            note={loginNote(settings.loginItemStatus)}
            on={settings.openAtLogin}
            disabled={settings.loginItemStatus === 'unavailable'}
            onChange={(openAtLogin) => change({ openAtLogin })}
          />
          <Choice
            label="Notifications"
            note="When a forward needs you, and when it is back"
            on={settings.notifications}
            onChange={(notifications) => change({ notifications })}
          />
          {settings.updates !== undefined && (
            <Choice
              label="Automatic updates"
              note="Looks once a day, and installs when LocalPort quits"
              on={settings.updates.automatic}
              onChange={(updates) => change({ updates })}
            />
          )}
        </div>
      )}
      <dl className="facts">
        <Fact name="Config" value={config.path ?? 'none yet'} />
        <Fact name="Logs" value={host.logDirectory} />
        <Fact name="Version" value={host.version} />
      </dl>
      {settings?.updates !== undefined && (
        <button
          type="button"
          className="button"
          disabled={!settings.updates.enabled}
          onClick={() => void bridge.invoke('updates:choose', undefined)}
        >
          {settings.updates.label}
        </button>
      )}
    </div>
  );
}

function loginNote(status: Settings['loginItemStatus']): string | null {
  switch (status) {
    case 'enabled':
    case 'disabled':
      return null;
    case 'requires-approval':
      return 'Needs you: allow LocalPort in System Settings, General, Login Items';
    case 'unavailable':
      return 'Not available on this system';
    default:
      return assertNever(status, 'login item status');
  }
}

interface ChoiceProps {
  readonly label: string;
  readonly note: string | null;
  readonly on: boolean;
  readonly disabled?: boolean;
  readonly onChange: (on: boolean) => void;
}

function Choice({ label, note, on, disabled = false, onChange }: ChoiceProps): ReactElement {
  return (
    <div className="choice">
      <div>
        <p className="choice-label">{label}</p>
        {note !== null && <p className="choice-note">{note}</p>}
      </div>
      <Switch label={label} on={on} disabled={disabled} onChange={onChange} />
    </div>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }): ReactElement {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd title={value}>{value}</dd>
    </div>
  );
}
