import { expect, it } from 'vitest';
import { launchGreeting } from './launch-greeting.ts';
import { aService, failedService, offService } from './testing/snapshots.ts';

it('says where the app is, how to stop it, and what to try', () => {
  const welcome = aService('welcome', { scheme: 'http', localPort: 8700 });
  expect(launchGreeting([offService('off'), failedService('bad'), welcome], 'darwin', 'with-display')).toBe(
    'LocalPort is in the menu bar; Ctrl-C stops it; your first forward: http://localhost:8700/',
  );
  expect(launchGreeting([aService('db')], 'linux', 'with-display')).toBe(
    'LocalPort is in the system tray; Ctrl-C stops it; your first forward: localhost:5432',
  );
  expect(launchGreeting([], 'linux', 'with-display')).toBe(
    'LocalPort is in the system tray; Ctrl-C stops it; no forward is on yet',
  );
});

it('does not claim a place on the screen without a display', () => {
  expect(launchGreeting([], 'linux', 'without-display')).toBe(
    'LocalPort is running without a display; Ctrl-C stops it; no forward is on yet',
  );
});
