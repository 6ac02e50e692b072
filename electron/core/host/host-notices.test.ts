import { describe, expect, it } from 'vitest';
import { HostNotices } from './host-notices.ts';

const linux = { stateDirectory: '/s', logDirectory: '/s/logs' };
const mac = { stateDirectory: '/Support', logDirectory: '/Logs' };

describe("the host's notices", () => {
  it("give the system's error message and the fix", () => {
    const notices = new HostNotices(mac);
    notices.report('logs', 'ENOSPC: no space left on device, write');
    notices.report('state', "EROFS: read-only file system, mkdir '/Support'");
    expect(notices.sentences).toEqual([
      'LocalPort cannot write to /Support (read-only file system), so it forgets your on/off choices when it stops. ' +
        'Remount the file system read-write, or use another folder.',
      'LocalPort cannot write logs to /Logs (no space left on device). Free some disk space.',
    ]);
  });

  it('distinguish lost on/off choices from those of a newer LocalPort, which are kept', () => {
    const notices = new HostNotices(mac);
    notices.report('choices', 'damaged');
    expect(notices.sentences[0]).toMatch(
      /were damaged .* so every service was turned off\. Turn on the ones/,
    );
    notices.report('choices', 'newer');
    expect(notices.sentences).toEqual([
      'The on/off choices in /Support/desired.json were written by a newer LocalPort, so they are not changed and every ' +
        'service starts turned off. Update LocalPort, or turn on the services that you want for this run.',
    ]);
  });

  it('are a single one if the logs are in a state folder that cannot be written', () => {
    const notices = new HostNotices(linux);
    notices.report('logs', 'x');
    notices.report('state', 'x');
    expect(notices.sentences).toHaveLength(1);
    notices.report('state', null);
    expect(notices.sentences.join()).toContain('logs to /s/logs');
  });

  it('report a change once', () => {
    let changes = 0;
    const notices = new HostNotices(linux);
    notices.onChange(() => (changes += 1));
    for (const reason of ['x', 'x', null, null]) notices.report('logs', reason);
    expect([changes, notices.sentences]).toEqual([2, []]);
  });
});
