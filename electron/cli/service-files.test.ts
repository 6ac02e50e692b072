import { describe, expect, it } from 'vitest';
import { launchAgent, launchAgentProgram, systemdProgram, systemdUnit } from './service-files.ts';

const argv = [
  '/usr/bin/node',
  '/opt/local port/daemon.cjs',
  '--config',
  '/home/me/$50 "100%" & <more>\\.yaml',
];

describe('the launchd agent', () => {
  it('runs the daemon at login, again when it fails, and escapes its arguments', () => {
    const text = launchAgent({ argv, outputFile: '/logs/daemon-start.log' });
    expect(text).toContain(`  <array>
    <string>/usr/bin/node</string>
    <string>/opt/local port/daemon.cjs</string>
    <string>--config</string>
    <string>/home/me/$50 "100%" &amp; &lt;more&gt;\\.yaml</string>
  </array>`);
    expect(text).toMatch(/<key>RunAtLoad<\/key>\s*<true\/>/);
    expect(text).toMatch(/<key>SuccessfulExit<\/key>\s*<false\/>/);
    expect(text).toContain('<string>/logs/daemon-start.log</string>');
  });

  it('has as many end tags of each element as start tags', () => {
    const text = launchAgent({ argv, outputFile: '/logs/x' });
    const open: string[] = [];
    for (const [, slash, name = '', empty] of text.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
      if (slash === '/') expect(open.pop()).toBe(name);
      else if (empty !== '/') open.push(name);
    }
    expect(open).toEqual([]);
  });
});

describe('the systemd unit', () => {
  it('runs the daemon at login, again when it fails, and expands nothing in its arguments', () => {
    const text = systemdUnit({ argv });
    expect(text).toContain(
      String.raw`ExecStart=/usr/bin/node "/opt/local port/daemon.cjs" --config "/home/me/$$50 \"100%%\" & <more>\\.yaml"` +
        '\n',
    );
    expect(systemdUnit({ argv: ['node', '/tmp/x\nExecStartPre=/tmp/y\u001b'] })).toContain(
      String.raw`ExecStart=node "/tmp/x\x0aExecStartPre=/tmp/y\x1b"` + '\n',
    );
    expect(text).toContain('Restart=on-failure\n');
    expect(text).toContain('WantedBy=default.target\n');
    expect(text).toContain('ExecReload=/bin/kill -HUP $MAINPID\n');
  });
});

describe('the program in one of our files', () => {
  it('is read as it was written, whatever its arguments', () => {
    const words = [...argv, '', 'tab\tand\nline', 'a\\b "c" $$ %%'];
    expect(launchAgentProgram(launchAgent({ argv: words, outputFile: '/x' }))).toEqual(words);
    expect(systemdProgram(systemdUnit({ argv: words }))).toEqual(words);
  });

  it('is missing in a file of another program', () => {
    expect([launchAgentProgram('bplist00'), systemdProgram('[Unit]\n')]).toEqual([[], []]);
  });
});
