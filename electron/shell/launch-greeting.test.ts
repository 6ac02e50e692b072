import { expect, it } from 'vitest';
import { launchGreeting } from './launch-greeting.ts';
import { aService, failedService, offService } from './testing/snapshots.ts';

it('says where the app is, how to stop it, and what to try', () => {
  const welcome = aService('welcome', { scheme: 'http', localPort: 8700 });
  expect(launchGreeting([offService('off'), failedService('bad'), welcome], 'darwin')).toBe(
    'LocalPort is in the menu bar; Ctrl-C stops it; your first forward: http://localhost:8700/',
  );
  expect(launchGreeting([aService('db')], 'linux')).toBe(
    'LocalPort is in the system tray; Ctrl-C stops it; your first forward: localhost:5432',
  );
  expect(launchGreeting([], 'linux')).toBe(
    'LocalPort is in the system tray; Ctrl-C stops it; no forward is on yet',
  );
});
