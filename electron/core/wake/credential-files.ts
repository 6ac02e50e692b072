/**
 * Which files are credentials, and whose. Caches that credential plugins write at every use are none: a failing forward
 * would wake itself through them, again and again. Pure.
 */

/** Who may get in now. Cloud logins concern kubectl, whose plugins use them. `all`: nobody knows. */
export type CredentialConcern = 'ssh' | 'kubectl' | 'all';

/** `other`: a folder, a socket, a pipe. `gone`: it was removed, or was only there for a moment. */
export type FileKind = 'file' | 'other' | 'gone';

export interface CredentialFolder {
  /** Below the home folder. */
  readonly folder: string;
  readonly concerns: CredentialConcern;
  readonly isCredential: (file: string, kind: FileKind) => boolean;
}

const named = (folder: string, files: RegExp): CredentialFolder => ({
  folder,
  concerns: 'kubectl',
  isCredential: (file, kind) => kind !== 'other' && files.test(file) && !isByWork(file),
});

/** Written by the way: locks, backups, and what editors and tools put beside a file before they replace it. */
const isByWork = (file: string): boolean =>
  /^\.|~$|\.(old|bak|lock|lockfile|tmp|temp|new|swp|swx|part|pid|log)$/.test(file);

/** Keys may have any name; these are none. `-cert.pub` is a certificate that somebody signed. */
const isNoKey = (file: string): boolean =>
  /^(authorized_|environment$|rc$)|\.sock(et)?$|^(S\.|agent|ssh-agent)|[@:]/.test(file);

function isSshCredential(file: string, kind: FileKind): boolean {
  // Its removal may be the fix: a host key that has changed.
  if (/^(config|known_hosts2?)$/.test(file)) return kind !== 'other';
  return kind === 'file' && !isByWork(file) && !isNoKey(file) && !/^known_hosts/.test(file);
}

export const credentialFolders: readonly CredentialFolder[] = [
  named('.kube', /^config/),
  { folder: '.ssh', concerns: 'ssh', isCredential: isSshCredential },
  named('.aws', /^(config|credentials)$/),
  named('.aws/sso/cache', /\.json$/),
  named('.config/gcloud', /^(credentials\.db|application_default_credentials\.json|active_config)$/),
  named('.azure', /^(msal_token_cache|azureProfile)/),
];
