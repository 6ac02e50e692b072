import { describe, expect, it } from 'vitest';
import {
  cacheableDifference,
  cleanEnvironment,
  fallbackPath,
  parseEnvironment,
  withFallbackPath,
} from './environment-block.ts';

describe('parseEnvironment', () => {
  it('reads entries terminated by NUL, with line feeds and equals signs in their values', () => {
    expect(parseEnvironment(Buffer.from('A=1\0B=two\nlines\0C=x=y\0EMPTY=\0'))).toEqual({
      A: '1',
      B: 'two\nlines',
      C: 'x=y',
      EMPTY: '',
    });
  });

  it('reads lines if env does not support NUL', () => {
    expect(parseEnvironment(Buffer.from('A=1\nB=two\nlines\nC=x=y\n'))).toEqual({
      A: '1',
      B: 'two\nlines',
      C: 'x=y',
    });
  });

  it('skips text that is not an assignment', () => {
    expect(parseEnvironment(Buffer.from('nonsense\0=\0A=1\0'))).toEqual({ A: '1' });
    expect(parseEnvironment(Buffer.from(''))).toEqual({});
  });
});

describe('cleanEnvironment', () => {
  it('drops variables of Electron, of Node and of the shell, and our own mark', () => {
    expect(
      cleanEnvironment({
        PATH: '/bin',
        ELECTRON_RUN_AS_NODE: '1',
        NODE_OPTIONS: '--inspect',
        LOCALPORT_RESOLVING_ENVIRONMENT: '1',
        SHLVL: '2',
        _: '/usr/bin/env',
        PWD: '/',
        OLDPWD: '/',
        GONE: undefined,
      }),
    ).toEqual({ PATH: '/bin' });
  });

  it.each([
    ['.:/usr/bin:/bin', '/usr/bin:/bin'],
    [':/usr/bin::bin:../bin:/bin:', '/usr/bin:/bin'],
  ])('keeps only absolute folders of PATH: %s', (given, expected) => {
    expect(cleanEnvironment({ PATH: given })).toEqual({ PATH: expected });
  });

  it.each(['', '.', ':bin'])(
    'has no PATH without an absolute folder: %j would be the current folder',
    (given) => {
      expect(cleanEnvironment({ PATH: given })).toStrictEqual({});
    },
  );
});

describe('withFallbackPath', () => {
  it("appends the usual folders after the user's own, each once", () => {
    const path = withFallbackPath({ HOME: '/home/me', PATH: '/own/bin:/usr/local/bin::/own/bin' })[
      'PATH'
    ]!.split(':');
    expect(path.slice(0, 3)).toEqual(['/own/bin', '/usr/local/bin', '/opt/homebrew/bin']);
    expect(path).toContain('/home/me/google-cloud-sdk/bin');
    expect(new Set(path).size).toBe(path.length);
    expect(path).not.toContain('');
  });

  it.each([
    '/home/me/.docker/bin',
    '/home/me/.orbstack/bin',
    '/home/me/.rd/bin',
    '/opt/homebrew/share/google-cloud-sdk/bin',
    '/Applications/Docker.app/Contents/Resources/bin',
  ])('has %s, which contains exec plugins and kubectl', (folder) => {
    expect(fallbackPath('/home/me')).toContain(folder);
  });

  it('makes a PATH if there is none, without relative folders', () => {
    const path = withFallbackPath({})['PATH']!.split(':');
    expect(path).toContain('/usr/bin');
    expect(path.filter((folder) => !folder.startsWith('/'))).toEqual([]);
  });
});

describe('cacheableDifference', () => {
  it('keeps variables that the shell added or changed', () => {
    expect(
      cacheableDifference(
        { PATH: '/bin', DISPLAY: ':0' },
        { PATH: '/own:/bin', DISPLAY: ':0', KUBECONFIG: '/k', SSH_AUTH_SOCK: '/s', AWS_PROFILE: 'dev' },
      ),
    ).toEqual({ PATH: '/own:/bin', KUBECONFIG: '/k', SSH_AUTH_SOCK: '/s', AWS_PROFILE: 'dev' });
  });

  it('keeps only the variables that are needed until the shell answers', () => {
    const kept = {
      LANG: 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
      no_proxy: 'localhost',
      CLOUDSDK_CORE_PROJECT: 'shop',
      AWS_CONFIG_FILE: '/aws',
      XDG_CONFIG_HOME: '/home/me/.config',
    };
    const others = {
      VAULT_ADDR: 'https://vault',
      DB_HOST: 'db.internal',
      STRIPE: 'sk_live_4eC39HqLyjWDarjtT1zdp7dc',
      CLOUDSDK_AUTH_ACCESS_TOKEN: 'ya29.x',
      MY_PATH: '/x',
      PATH_OF_KEYS: '/x',
    };
    expect(cacheableDifference({}, { ...kept, ...others })).toEqual(kept);
  });

  it('keeps no secrets', () => {
    const secrets = {
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_SESSION_TOKEN: 'x',
      GITHUB_TOKEN: 'x',
      PGPASSWORD: 'x',
      DB_PASS: 'x',
      OPENAI_API_KEY: 'x',
      NPM_AUTH: 'x',
      DATABASE_URL: 'postgres://me:secret@db/prod',
      HTTPS_PROXY: 'http://me:secret@proxy:3128',
    };
    expect(cacheableDifference({}, { ...secrets, HTTP_PROXY: 'http://proxy:3128' })).toEqual({
      HTTP_PROXY: 'http://proxy:3128',
    });
  });
});
