import { describe, expect, it } from 'vitest';
import { credentialRules, type FileKind } from './credential-files.ts';

const isCredential = (folder: string, file: string, kind: FileKind = 'file'): boolean =>
  credentialRules.find((rule) => rule.folder === folder)?.isCredential(file, kind) ?? false;

describe('credential files', () => {
  it.each([
    ['.ssh', ['config', 'known_hosts', 'id_rsa', 'id_ed25519_sk', 'id_rsa.pub', 'id_rsa-cert.pub']],
    ['.ssh', ['work.pem', 'bastion_key', 'key.openssh']],
    ['.kube', ['config', 'config.production', 'config-eu']],
    ['.aws', ['config', 'credentials']],
    ['.aws/sso/cache', ['3f2a9c41d07e.json']],
    ['.config/gcloud', ['credentials.db', 'active_config']],
    ['.azure', ['msal_token_cache.json', 'azureProfile.json']],
  ])('in %s are %j', (folder, files) => {
    expect(files.filter((file) => !isCredential(folder, file))).toEqual([]);
  });

  it.each([
    ['.ssh', ['known_hosts.old', 'known_hosts.Xb3kQ', 'authorized_keys', 'authorized_keys2', 'environment']],
    ['.ssh', ['git@host:22', 'agent.1234', 'S.gpg-agent.ssh', 'tunnel.sock', '.config.swp', 'config~', 'rc']],
    ['.kube', ['config.lock', 'cache', 'kubectx']],
    ['.aws', ['credentials.bak', 'cli']],
    ['.config/gcloud', ['access_tokens.db', 'credentials.db-journal', 'config_sentinel']],
    ['.azure', ['msal_token_cache.bin.lockfile', 'az.sess']],
  ])('in %s are none of %j', (folder, files) => {
    expect(files.filter((file) => isCredential(folder, file))).toEqual([]);
  });

  it('are never sockets or folders, whatever their names', () => {
    expect(isCredential('.ssh', 'cm-host', 'other')).toBe(false);
    expect(isCredential('.ssh', 'config', 'other')).toBe(false);
    expect(isCredential('.kube', 'config', 'other')).toBe(false);
  });

  it('count when they are removed only if that may be the fix', () => {
    expect(isCredential('.ssh', 'known_hosts', 'gone')).toBe(true);
    expect(isCredential('.ssh', 'cm-host', 'gone')).toBe(false);
    expect(isCredential('.ssh', 'id_rsa', 'gone')).toBe(false);
  });
});
