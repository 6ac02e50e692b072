import { holdsSecret } from '../observability/redaction.ts';
import { isSecretName } from '../observability/secrets.ts';
import { resolvingVariable } from './login-shell.ts';

export type Environment = Record<string, string>;

const ownedByTheShell = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD', resolvingVariable]);

/** Reads what `env -0` printed, or `env`, where a line that is no assignment continues the value before it. */
export function parseEnvironment(block: Buffer): Environment {
  const text = block.toString('utf8');
  const entries = text.includes('\0') ? text.split('\0') : text.trimEnd().split(/\n(?=[A-Za-z_]\w*=)/);
  const pairs = entries.flatMap((entry): [string, string][] => {
    const equals = entry.indexOf('=');
    return equals > 0 ? [[entry.slice(0, equals), entry.slice(equals + 1)]] : [];
  });
  return Object.fromEntries(pairs);
}

/** What may be passed on to children: without the traces of Electron, of Node and of the shell that printed it. */
export function cleanEnvironment(environment: NodeJS.ProcessEnv): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined &&
        !entry[0].startsWith('ELECTRON_') &&
        entry[0] !== 'NODE_OPTIONS' &&
        !ownedByTheShell.has(entry[0]),
    ),
  );
}

/** Where kubectl, credential plugins and ssh usually lie; `home` may be empty. */
export function fallbackPath(home: string): readonly string[] {
  const inHome = [
    'google-cloud-sdk/bin',
    '.krew/bin',
    '.asdf/shims',
    '.local/share/mise/shims',
    '.nix-profile/bin',
    '.local/bin',
    'bin',
  ];
  return [
    '/opt/homebrew/bin',
    '/opt/homebrew/sbin',
    '/usr/local/bin',
    '/usr/local/sbin',
    ...(home === '' ? [] : inHome.map((folder) => `${home}/${folder}`)),
    '/opt/local/bin',
    '/run/current-system/sw/bin',
    '/snap/bin',
    '/usr/bin',
    '/bin',
    '/usr/sbin',
    '/sbin',
  ];
}

/** Appends the usual places that PATH lacks: the user's own order stays in force. */
export function withFallbackPath(environment: Environment): Environment {
  const own = (environment['PATH'] ?? '').split(':').filter((folder) => folder !== '');
  const folders = new Set([...own, ...fallbackPath(environment['HOME'] ?? '')]);
  return { ...environment, PATH: [...folders].join(':') };
}

/**
 * What the shell added to `before`, without what looks like a secret: some rc files fetch secrets from a vault, and
 * those have no business on a disk.
 */
export function cacheableDifference(before: Environment, after: Environment): Environment {
  return Object.fromEntries(
    Object.entries(after).filter(
      ([name, value]) => before[name] !== value && !isSecretName(name) && !holdsSecret(value),
    ),
  );
}
