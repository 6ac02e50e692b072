/**
 * Who but the user and root may change what a path leads to: config is code execution. Judged as OpenSSH judges the way to
 * `authorized_keys` (sshd_config(5), StrictModes), with two exceptions: the user's own private group, and sticky folders such
 * as /tmp, in which nobody can replace what is not theirs. Access lists are not read: on Linux their mask is the group's
 * rights, so whoever they let write shows there. Pure.
 */

export interface EntryFacts {
  readonly kind: 'file' | 'folder' | 'link';
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

export interface TrustedUser {
  readonly uid: number;
  /** A group that nobody but the user is in; null: none is known. */
  readonly privateGroup: number | null;
}

/** Who else may write it; null: nobody. `owner`: another user owns it, and may change its mode at any time. */
export type Writers = 'owner' | 'group' | 'everybody' | null;

const byGroup = 0o020;
const byOthers = 0o002;
const sticky = 0o1000;

export function whoElseMayWrite({ kind, uid, gid, mode }: EntryFacts, user: TrustedUser): Writers {
  if (uid !== user.uid && uid !== 0) return 'owner';
  // A link has no rights of its own: whoever may write its folder may replace it.
  if (kind === 'link') return null;
  if (kind === 'folder' && (mode & sticky) !== 0) return null;
  if ((mode & byOthers) !== 0) return 'everybody';
  return (mode & byGroup) !== 0 && gid !== user.privateGroup ? 'group' : null;
}

export interface AccountFiles {
  readonly platform: NodeJS.Platform;
  readonly uid: number;
  /** The texts of /etc/passwd and /etc/group. */
  readonly passwd: string;
  readonly group: string;
}

/**
 * The user's private group: their primary one, named as they are, that nobody else is in. What the two files do not tell is
 * not taken for private. On macOS the primary group of everybody is `staff`.
 */
export function privateGroupOf({ platform, uid, passwd, group }: AccountFiles): number | null {
  if (platform === 'darwin') return null;
  const accounts = recordsOf(passwd).map(([name, , id, gid]) => ({
    name,
    uid: Number(id),
    gid: Number(gid),
  }));
  const user = accounts.find((account) => account.uid === uid);
  if (user === undefined || !Number.isInteger(user.gid)) return null;
  const own = recordsOf(group).find(([, , gid]) => Number(gid) === user.gid);
  const [name, , , members = ''] = own ?? [];
  const others = [
    ...members.split(',').filter((member) => member !== '' && member !== user.name),
    ...accounts.filter((account) => account.gid === user.gid && account.uid !== uid),
  ];
  return name === user.name && others.length === 0 ? user.gid : null;
}

const recordsOf = (text: string): readonly string[][] =>
  text.split('\n').flatMap((line) => (line === '' || line.startsWith('#') ? [] : [line.trim().split(':')]));
