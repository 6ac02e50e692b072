/** The folders with credentials on this computer, and their current content. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { stateOf } from '../watch/polled-names.ts';
import { isSameName, type WatchSystem } from '../watch/watch-system.ts';
import { credentialRules, type CredentialConcern, type FileKind } from './credential-files.ts';

export interface CredentialFolder {
  readonly folder: string;
  readonly concerns: CredentialConcern;
  /** The user has named a file in it, which may be on a volume that hangs. */
  readonly isNamed: boolean;
  /** Whether a file of this name is, or was, one of its credentials. */
  readonly matters: (file: string) => boolean;
}

/** `kubeconfigs`: the files that are used besides ~/.kube/config. */
export function credentialFolders(
  kubeconfigs: readonly string[],
  { homeDirectory, platform }: Pick<WatchSystem, 'homeDirectory' | 'platform'>,
): readonly CredentialFolder[] {
  const usual = credentialRules.map(({ folder, concerns, isCredential }) => {
    const location = path.join(homeDirectory, folder);
    return {
      folder: location,
      concerns,
      isNamed: false,
      matters: (file: string) => isCredential(file, typeOf(path.join(location, file))),
    };
  });
  const named = kubeconfigs.map((kubeconfig) => ({
    folder: path.dirname(path.resolve(kubeconfig)),
    concerns: 'kubectl' as const,
    isNamed: true,
    matters: (file: string) => isSameName(file, path.basename(kubeconfig), platform),
  }));
  return [...usual, ...named];
}

/** The names of the credentials in this folder. */
export const credentialsIn = ({ folder, matters }: CredentialFolder): readonly string[] =>
  filesIn(folder).filter(matters);

/** A fingerprint that changes whenever a credential is added, removed or written. */
export const stateOfFolder = (credentials: CredentialFolder): string =>
  credentialsIn(credentials)
    .map((file) => `${file} ${stateOf(path.join(credentials.folder, file))}`)
    .sort()
    .join('\n');

function typeOf(file: string): FileKind {
  try {
    return statSync(file).isFile() ? 'file' : 'other';
  } catch {
    return 'gone';
  }
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
