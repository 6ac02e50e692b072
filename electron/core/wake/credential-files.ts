/**
 * Which files are credentials, and for which technology. Caches that credential plugins write on every use do not count: a
 * failing forward would trigger its own retries through them. Pure.
 */

/** The technology whose logins may work now. Cloud logins concern kubectl, whose plugins use them. `all`: unknown. */
export type CredentialConcern = 'ssh' | 'kubectl' | 'all';

/** `other`: a folder, a socket, a pipe. `gone`: it was removed, or existed only for a moment. */
export type FileKind = 'file' | 'other' | 'gone';

export interface CredentialRule {
  /** Below the home folder. */
  readonly folder: string;
  readonly concerns: CredentialConcern;
  readonly isCredential: (file: string, kind: FileKind) => boolean;
}

const named = (folder: string, files: RegExp): CredentialRule => ({
  folder,
  concerns: 'kubectl',
  isCredential: (file, kind) => kind !== 'other' && files.test(file) && !isByWork(file),
});

/** By-products: locks, backups, and temporary files that editors and tools write before they replace a file. */
const isByWork = (file: string): boolean =>
  /^\.|~$|\.(old|bak|lock|lockfile|tmp|temp|new|swp|swx|part|pid|log)$/.test(file);

/** Keys may have any name, except these. `-cert.pub` is a signed certificate. */
const isNoKey = (file: string): boolean =>
  /^(authorized_|environment$|rc$)|\.sock(et)?$|^(S\.|agent|ssh-agent)|[@:]/.test(file);

function isSshCredential(file: string, kind: FileKind): boolean {
  // Its removal may be the fix: a host key that has changed.
  if (/^(config|known_hosts2?)$/.test(file)) return kind !== 'other';
  return kind === 'file' && !isByWork(file) && !isNoKey(file) && !/^known_hosts/.test(file);
}

export const credentialRules: readonly CredentialRule[] = [
  named('.kube', /^config/),
  { folder: '.ssh', concerns: 'ssh', isCredential: isSshCredential },
  named('.aws', /^(config|credentials)$/),
  named('.aws/sso/cache', /\.json$/),
  named('.config/gcloud', /^(credentials\.db|application_default_credentials\.json|active_config)$/),
  named('.azure', /^(msal_token_cache|azureProfile)/),
];
