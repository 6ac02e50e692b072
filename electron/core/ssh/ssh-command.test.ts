import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { SshConnection } from '../../../shared/service-spec.ts';
import { sshMasterArgv } from './ssh-command.ts';
import { sshConnection } from '../tunnel/testing/service-specs.ts';

const timing = { connectTimeoutSeconds: 10, aliveIntervalSeconds: 15, aliveCountMax: 3 };

const argvOf = (given: Partial<SshConnection>, mayAsk = false): string[] =>
  sshMasterArgv(sshConnection(given), '/run/lp/1.c', timing, mayAsk);

/** The values of `-o NAME=…`. */
const optionsOf = (argv: readonly string[], name: string): string[] =>
  argv.filter((word) => word.startsWith(`${name}=`)).map((word) => word.slice(name.length + 1));

/** The words of a ProxyCommand after the shell, as ssh runs it for `target:22`. */
function wordsOf(proxyCommand: string): string[] {
  const expanded = proxyCommand.replace(/%([%hp])/g, (_, token: string) =>
    token === '%' ? '%' : token === 'h' ? 'target' : '22',
  );
  const script = `set -- ${expanded}; for word; do printf '%s\\n' "$word"; done`;
  return execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).trimEnd().split('\n');
}

describe('the ssh command line', () => {
  it('is complete for a plain service', () => {
    expect(argvOf({ host: 'bastion', remoteHost: 'db', remotePort: 5432 }).join(' ')).toBe(
      'ssh -M -N -T -S /run/lp/1.c -o LogLevel=DEBUG1 -o ControlPersist=no ' +
        '-o IgnoreUnknown=ForkAfterAuthentication,SessionType -o ForkAfterAuthentication=no ' +
        '-o ClearAllForwardings=yes -o StreamLocalBindUnlink=yes -o StreamLocalBindMask=0177 ' +
        '-o PermitLocalCommand=no -o RemoteCommand=none -o Tunnel=no -o VisualHostKey=no -o ForwardAgent=no ' +
        '-o ForwardX11=no -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=3 ' +
        '-o StrictHostKeyChecking=accept-new -o BatchMode=yes -- bastion',
    );
  });

  it('names user, port and key, and then offers no other key', () => {
    const argv = argvOf({ user: 'deploy', port: 2222, keyFile: '/home/u/my key' });
    expect(argv.join('|')).toContain('|-i|/home/u/my key|-o|IdentitiesOnly=yes|-l|deploy|-p|2222|');
  });

  it('never contains the password, and lets ssh ask for it once', () => {
    const argv = argvOf({ password: 'hunter2' });
    expect(argv.join(' ')).not.toContain('hunter2');
    expect(optionsOf(argv, 'BatchMode')).toEqual([]);
    expect(optionsOf(argv, 'NumberOfPasswordPrompts')).toEqual(['1']);
    expect(optionsOf(argv, 'PreferredAuthentications')).toEqual(['password,keyboard-interactive,publickey']);
    expect(optionsOf(argvOf({ password: 'x', keyFile: '/k' }), 'PreferredAuthentications')).toEqual([]);
  });

  it('treats a host that looks like an option as a host', () => {
    expect(argvOf({ host: '-oProxyCommand=evil' }).slice(-2)).toEqual(['--', '-oProxyCommand=evil']);
  });

  it('escapes an odd control path so that ssh reads it correctly', () => {
    const argv = sshMasterArgv(sshConnection({}), '/run/50%/1.c', timing, false);
    expect(argv).toContain('/run/50%%/1.c');
  });

  it('lets ssh and its jump hosts prompt if someone can answer', () => {
    const argv = argvOf({ jump: ['gate'] }, true);
    expect(argv.join(' ')).not.toContain('BatchMode');
    expect(
      argvOf({ jump: ['gate'] })
        .join(' ')
        .match(/BatchMode=yes/g),
    ).toHaveLength(2);
  });

  it('gives a jump host the options that -J would lose, but never the password', () => {
    const argv = argvOf({
      password: 'hunter2',
      keyFile: "/home/u/it's 100% mine",
      jump: ['gate@outer:2200'],
      strictHostKeyChecking: 'yes',
    });
    const words = wordsOf(optionsOf(argv, 'ProxyCommand')[0] ?? '');
    expect(words.join(' ')).toBe(
      'ssh -o LogLevel=DEBUG1 -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=3 ' +
        '-o StrictHostKeyChecking=yes -o ControlMaster=no -o ControlPath=none -o BatchMode=yes ' +
        "-i /home/u/it's 100% mine -l gate -p 2200 -W [target]:22 -- outer",
    );
    expect(words).toContain("/home/u/it's 100% mine");
  });

  it('reaches the last of several jump hosts through the ones before it', () => {
    const proxyCommand = optionsOf(argvOf({ jump: ['first', 'second', 'third'] }), 'ProxyCommand')[0] ?? '';
    const third = wordsOf(proxyCommand);
    const second = wordsOf(optionsOf(third, 'ProxyCommand')[0] ?? '');
    const first = wordsOf(optionsOf(second, 'ProxyCommand')[0] ?? '');
    expect([third, second, first].map((words) => words.at(-1))).toEqual(['third', 'second', 'first']);
    expect(optionsOf(first, 'ProxyCommand')).toEqual([]);
  });

  it('lets the first host that does not answer time out before the hosts behind it', () => {
    const argv = argvOf({ jump: ['first', 'second'] });
    const second = wordsOf(optionsOf(argv, 'ProxyCommand')[0] ?? '');
    const first = wordsOf(optionsOf(second, 'ProxyCommand')[0] ?? '');
    expect([first, second, argv].map((words) => optionsOf(words, 'ConnectTimeout'))).toEqual([
      ['10'],
      ['12'],
      ['14'],
    ]);
  });

  it("leaves the route to the user's own ssh_config when no jump host is named", () => {
    expect(optionsOf(argvOf({}), 'ProxyCommand')).toEqual([]);
  });
});
