import type { ReactElement, ReactNode } from 'react';
import type { NewHold, PopoverBridge, Settings } from '../../shared/ipc-contract.ts';
import { assertNever } from '../../shared/result.ts';
import type { Snapshot } from '../../shared/service-snapshot.ts';
import { useCommands } from '../commands.ts';
import { EnvironmentChoice } from '../environment-choice.tsx';
import { CopyDiagnostics } from '../copy-diagnostics.tsx';
import type { Page } from '../pages.ts';
import { RequestButton } from '../request-button.tsx';
import { ShortcutField } from '../shortcut-field.tsx';
import { Segmented } from '../form/segmented.tsx';
import { Switch } from '../switch.tsx';
import { useSettings } from '../use-settings.ts';

interface SettingsViewProps {
  readonly bridge: PopoverBridge;
  readonly snapshot: Snapshot;
  readonly now: number;
  readonly onPage: (page: Page) => void;
}

export function SettingsPage({ bridge, snapshot, now, onPage }: SettingsViewProps): ReactElement {
  const [settings, change] = useSettings(bridge);
  const { openSystemSettings, openConfig, openLog } = useCommands();
  const { config, host } = snapshot;
  return (
    <div className="page-body settings">
      {settings !== null && (
        <div className="settings-group">
          <Choice
            label="Open at login"
            note={loginNote(settings.loginItemStatus)}
            on={settings.openAtLogin}
            disabled={['unavailable', 'misplaced'].includes(settings.loginItemStatus)}
            onChange={(openAtLogin) => change({ openAtLogin })}
          >
            {settings.loginItemStatus === 'requires-approval' && (
              <SystemSettingsButton onClick={() => void openSystemSettings('login-items')} />
            )}
            {settings.loginItemStatus === 'misplaced' && (
              <RequestButton
                label="Move to Applications"
                request={() => bridge.invoke('app:move-to-applications', undefined)}
              />
            )}
          </Choice>
          <Choice
            label="Notifications"
            note={
              settings.notificationsRefused
                ? 'macOS does not show notifications from LocalPort: allow them in System Settings'
                : 'When a forward or a question needs you'
            }
            on={settings.notifications}
            onChange={(notifications) => change({ notifications })}
          >
            {settings.notificationsRefused && (
              <SystemSettingsButton onClick={() => void openSystemSettings('notifications')} />
            )}
          </Choice>
          <Choice
            label="When a forward is up again"
            note={null}
            on={settings.recoveryNotices && settings.notifications}
            disabled={!settings.notifications}
            onChange={(recoveryNotices) => change({ recoveryNotices })}
          />
          <ShortcutField
            platform={bridge.platform}
            shortcut={settings.shortcut}
            isRefused={settings.shortcutRefused}
            onChange={(shortcut) => change({ shortcut })}
          />
          <HoldChoice newHold={settings.newHold} onChange={(newHold) => change({ newHold })} />
          <Choice
            label="New forwards on demand"
            note="Connect for the first client, and disconnect after 10 minutes without one"
            on={settings.newOnDemand}
            onChange={(newOnDemand) => change({ newOnDemand })}
          />
          <EnvironmentChoice bridge={bridge} now={now} />
          {settings.updates !== undefined && (
            <Choice
              label="Automatic updates"
              note="Checks once a day, and installs when LocalPort quits"
              on={settings.updates.automatic}
              onChange={(updates) => change({ updates })}
            />
          )}
        </div>
      )}
      <dl className="facts">
        <Fact name="Config" value={config.path ?? 'none yet'} onClick={() => void openConfig()} />
        <Fact name="Logs" value={host.logDirectory} onClick={() => void openLog(null)} />
        <Fact name="Theme" value="Follows the system" />
      </dl>
      <div className="settings-acts">
        <button type="button" className="button" onClick={() => onPage({ kind: 'doctor' })}>
          Doctor
        </button>
        <button type="button" className="button" onClick={() => onPage({ kind: 'about' })}>
          About
        </button>
        <CopyDiagnostics />
        {settings?.bringsCommand === true && (
          <RequestButton
            label="Install Command"
            request={() => bridge.invoke('command:install', undefined)}
          />
        )}
      </div>
    </div>
  );
}

const holds: readonly NewHold[] = ['', '30s', '2m'];
const holdLabels: Readonly<Record<NewHold, string>> = { '': '10 s', '30s': '30 s', '2m': '2 min' };

interface HoldChoiceProps {
  readonly newHold: NewHold;
  readonly onChange: (newHold: NewHold) => void;
}

function HoldChoice({ newHold, onChange }: HoldChoiceProps): ReactElement {
  return (
    <div className="choice">
      <div>
        <p className="choice-label">New forwards</p>
        <p className="choice-note">How long clients wait for a tunnel</p>
      </div>
      <Segmented
        label="How long clients of new forwards wait"
        options={holds}
        labels={holdLabels}
        value={newHold}
        onChange={onChange}
      />
    </div>
  );
}

function SystemSettingsButton({ onClick }: { readonly onClick: () => void }): ReactElement {
  return (
    <button type="button" className="button" onClick={onClick}>
      Open System Settings
    </button>
  );
}

function loginNote(status: Settings['loginItemStatus']): string | null {
  switch (status) {
    case 'enabled':
    case 'disabled':
      return null;
    case 'requires-approval':
      return 'Allow LocalPort in System Settings > General > Login Items';
    case 'misplaced':
      return 'Move LocalPort to the Applications folder, or macOS may not find it at the next login';
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
  /** Buttons shown when the setting does not work. */
  readonly children?: ReactNode;
}

function Choice({ label, note, on, disabled = false, onChange, children }: ChoiceProps): ReactElement {
  return (
    <div className="choice">
      <div>
        <p className="choice-label">{label}</p>
        {note !== null && <p className="choice-note">{note}</p>}
        {children}
      </div>
      <Switch label={label} on={on} disabled={disabled} onChange={onChange} />
    </div>
  );
}

interface FactProps {
  readonly name: string;
  readonly value: string;
  /** Opens the page. */
  readonly onClick?: () => void;
}

function Fact({ name, value, onClick }: FactProps): ReactElement {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>
        {onClick === undefined ? (
          value
        ) : (
          <button type="button" className="link" onClick={onClick}>
            {value}
          </button>
        )}
      </dd>
    </div>
  );
}
