/**
 * Who besides the user and root can change the target of a path: config is code execution. Checked as OpenSSH checks the path
 * of `authorized_keys` (sshd_config(5), StrictModes), with two exceptions: the user's own private group, and sticky folders such
 * as /tmp, in which users cannot replace files of others. ACLs are not read: on Linux their mask is shown as the group's
 * permissions, so write access by an ACL is visible there. Pure.
 */

export interface EntryFacts {
  readonly kind: 'file' | 'folder' | 'link';
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

export interface TrustedUser {
  readonly uid: number;
  /** A group whose only member is the user; null: none is known. */
  readonly privateGroup: number | null;
}

/** Who else can write it; null: no one. `owner`: another user owns it, and can change its mode at any time. */
export type Writers = 'owner' | 'group' | 'everybody' | null;

const byGroup = 0o020;
const byOthers = 0o002;
const sticky = 0o1000;

export function whoElseMayWrite({ kind, uid, gid, mode }: EntryFacts, user: TrustedUser): Writers {
  if (uid !== user.uid && uid !== 0) return 'owner';
  // A link has no permissions of its own: write access to its folder is enough to replace it.
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
 * The user's private group: their primary one, with the user's name and no other members. A group that the two files do not
 * show is not considered private. On macOS the primary group of all users is `staff`.
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
