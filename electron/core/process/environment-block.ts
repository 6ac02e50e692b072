import path from 'node:path';
import { holdsSecret } from '../observability/redaction.ts';
import { isSecretName } from '../observability/secret-names.ts';
import { resolvingVariable } from './login-shell.ts';

export type Environment = Record<string, string>;

const ownedByTheShell = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD', resolvingVariable]);

/** Reads the output of `env -0`, or of `env`, where a line that is not an assignment continues the value before it. */
export function parseEnvironment(block: Buffer): Environment {
  const text = block.toString('utf8');
  const entries = text.includes('\0') ? text.split('\0') : text.trimEnd().split(/\n(?=[A-Za-z_]\w*=)/);
  const pairs = entries.flatMap((entry): [string, string][] => {
    const equals = entry.indexOf('=');
    return equals > 0 ? [[entry.slice(0, equals), entry.slice(equals + 1)]] : [];
  });
  return Object.fromEntries(pairs);
}

/** The variables that may be passed on to children: without those of Electron, of Node and of the shell that printed them. */
export function cleanEnvironment(environment: NodeJS.ProcessEnv): Environment {
  const kept = Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined &&
        !entry[0].startsWith('ELECTRON_') &&
        entry[0] !== 'NODE_OPTIONS' &&
        !ownedByTheShell.has(entry[0]),
    ),
  );
  return withoutRelativeFolders(kept);
}

/** A relative folder of PATH, `.` or an empty one, would run the kubectl of any folder that the user enters. */
export function withoutRelativeFolders<Given extends NodeJS.ProcessEnv>(environment: Given): Given {
  const { PATH = '', ...others } = environment;
  const folders = PATH.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  // An empty PATH is the current folder; without one, the system has a default.
  return (folders.length === 0 ? others : { ...others, PATH: folders.join(path.delimiter) }) as Given;
}

/** The usual folders of kubectl, credential plugins and ssh; `home` may be empty. */
export function fallbackPath(home: string): readonly string[] {
  const inHome = [
    'google-cloud-sdk/bin',
    '.krew/bin',
    '.asdf/shims',
    '.local/share/mise/shims',
    '.nix-profile/bin',
    '.local/bin',
    'bin',
    // kubectl and docker-credential-* of OrbStack, Rancher Desktop and Docker Desktop.
    '.orbstack/bin',
    '.rd/bin',
    '.docker/bin',
  ];
  return [
    '/opt/homebrew/bin',
    '/opt/homebrew/sbin',
    '/usr/local/bin',
    '/usr/local/sbin',
    ...(home === '' ? [] : inHome.map((folder) => `${home}/${folder}`)),
    '/opt/local/bin',
    // Homebrew's cask of the Google Cloud SDK; its plugin for GKE is linked nowhere else.
    '/opt/homebrew/share/google-cloud-sdk/bin',
    '/usr/local/share/google-cloud-sdk/bin',
    '/Applications/Docker.app/Contents/Resources/bin',
    '/run/current-system/sw/bin',
    '/snap/bin',
    '/usr/bin',
    '/bin',
    '/usr/sbin',
    '/sbin',
  ];
}

/** Appends the usual folders that PATH lacks, after the user's own. */
export function withFallbackPath(environment: Environment): Environment {
  const own = (environment['PATH'] ?? '').split(':').filter((folder) => folder !== '');
  const folders = new Set([...own, ...fallbackPath(environment['HOME'] ?? '')]);
  return { ...environment, PATH: [...folders].join(':') };
}

/**
 * The variables that a host needs before the shell has answered: to find programs, clusters, agents and proxies. rc files set
 * more, some of it fetched from a vault: that must not be on disk, nor may values that a config uses as `${NAME}`.
 */
const cachedNames: ReadonlySet<string> = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR', 'TZ', 'LANG', 'LANGUAGE'],
  ...[
    'KUBECONFIG',
    'KREW_ROOT',
    'USE_GKE_GCLOUD_AUTH_PLUGIN',
    'SSH_AUTH_SOCK',
    'DOCKER_HOST',
    'DOCKER_CONFIG',
  ],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'],
  ...['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_REGION', 'AWS_DEFAULT_REGION'],
  ...['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AZURE_CONFIG_DIR'],
  ...['XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'XDG_RUNTIME_DIR'],
]);
const cachedFamilies = /^(?:LC|CLOUDSDK)_/;

const isCacheable = ([name, value]: readonly [string, string]): boolean =>
  (cachedNames.has(name) || cachedFamilies.test(name)) && !isSecretName(name) && !holdsSecret(value);

/** The part of an environment that may be written to disk; filtered again when it is read. */
export const cacheable = (environment: Environment): Environment =>
  Object.fromEntries(Object.entries(environment).filter(isCacheable));

/** The cacheable variables that the shell added to `before`. */
export const cacheableDifference = (before: Environment, after: Environment): Environment =>
  Object.fromEntries(Object.entries(cacheable(after)).filter(([name, value]) => before[name] !== value));
