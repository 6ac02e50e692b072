/**
 * Finds the program that holds a local TCP port, for the sentence "Port 5432 is used by postgres (pid 812)". Best effort:
 * null if the holder belongs to another user, has exited in the meantime, or the system does not tell.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';
import {
  bindsOverlap,
  parseBindAddress,
  type BindAddress,
  type ListenAddress,
} from '../../../shared/bind-address.ts';
import { type Clock, withDeadline } from '../clock.ts';
import { listPids } from './process-list.ts';
import { outputOf } from './program-output.ts';

export interface PortHolder {
  readonly name: string;
  readonly pid: number;
}

/** A listening socket, as Linux lists it. `uid`: the user that created it. */
export interface ListeningSocket {
  readonly inode: string;
  readonly uid: number;
}

const lookupTimeoutMs = 2000;
const maxProcessesScanned = 4096;
const maxDescriptorsScanned = 1024;
const maxLsofBytes = 1024 * 1024;
const lsofPath = '/usr/sbin/lsof';

/** `postgres (pid 812)`, or null. Takes at most 2 s and never rejects. */
export async function findPortHolder(address: ListenAddress, clock: Clock): Promise<string | null> {
  const found = await withDeadline(
    clock,
    lookupTimeoutMs,
    lookUp(address).catch(() => null),
  );
  return found === null || found === 'deadline' ? null : `${found.name} (pid ${found.pid})`;
}

/** A port that stays taken is retried every few seconds; scanning all processes takes too long for that. */
const rememberedMs = 30_000;

/** `findPortHolder` for one address, with its result cached for a while. */
export function rememberingPortHolder(
  address: ListenAddress,
  clock: Clock,
  find: typeof findPortHolder = findPortHolder,
): () => Promise<string | null> {
  let last: { readonly askedAt: number; readonly holder: Promise<string | null> } | null = null;
  return () => {
    const now = clock.now();
    if (last === null || now - last.askedAt >= rememberedMs) {
      last = { askedAt: now, holder: find(address, clock) };
    }
    return last.holder;
  };
}

async function lookUp(address: ListenAddress): Promise<PortHolder | null> {
  if (process.platform === 'linux') return lookUpInProc(address);
  if (process.platform === 'darwin') return lookUpWithLsof(address);
  return null;
}

async function lookUpInProc({ localPort, bind }: ListenAddress): Promise<PortHolder | null> {
  const [tables, pids] = await Promise.all([readTables(), listPids()]);
  const others = pids.filter((pid) => Number(pid) !== process.pid);
  const inodes = (states: SocketStates): readonly string[] =>
    tables
      .flatMap((table) => parseSockets(table, { port: localPort, bind, states }))
      .map(({ inode }) => inode);
  // A connection may have the port as its source port, and is then in the way like a listener.
  return (await findSocketHolder(inodes('listening'), pids)) ?? findSocketHolder(inodes('any'), others);
}

const readTables = (): Promise<readonly string[]> =>
  Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')));

/** From the tables in `/proc/net`. Never rejects. */
export async function readListeningSockets(
  port: number,
  bind?: BindAddress,
): Promise<readonly ListeningSocket[]> {
  const tables = await readTables();
  return tables.flatMap((table) => parseListeningSockets(table, port, bind));
}

/** The first of these processes that has one of the sockets open; null: none that we may inspect. */
export async function findSocketHolder(
  inodes: readonly string[],
  pids: readonly string[],
): Promise<PortHolder | null> {
  if (inodes.length === 0) return null;
  const wanted = new Set(inodes);
  for (const pid of pids.slice(0, maxProcessesScanned)) {
    if (!(await holdsAnySocket(pid, wanted))) continue;
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    return { name: name.trim(), pid: Number(pid) };
  }
  return null;
}

/** Inodes of the sockets that a process has open. Empty if it belongs to another user or has ended. */
export async function socketsOf(pid: string): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await readdir(folder).catch(() => []);
  const targets = await Promise.all(
    descriptors.slice(0, maxDescriptorsScanned).map((fd) => readlink(`${folder}/${fd}`).catch(() => '')),
  );
  return targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
}

const holdsAnySocket = async (pid: string, inodes: ReadonlySet<string>): Promise<boolean> =>
  (await socketsOf(pid)).some((inode) => inodes.has(inode));

/**
 * The sockets that listen on `port` at an address that conflicts with `bind`, or at any address without `bind`, from the
 * text of `/proc/net/tcp` or `tcp6`. The columns are described in the kernel's documentation of proc_net_tcp: local address
 * as hex `ADDRESS:PORT`, state 0A is LISTEN, uid is eighth, inode tenth.
 */
export const parseListeningSockets = (
  table: string,
  port: number,
  bind?: BindAddress,
): readonly ListeningSocket[] => parseSockets(table, { port, bind, states: 'listening' });

type SocketStates = 'listening' | 'any';

interface SocketSearch {
  readonly port: number;
  readonly bind: BindAddress | undefined;
  readonly states: SocketStates;
}

function parseSockets(table: string, { port, bind, states }: SocketSearch): readonly ListeningSocket[] {
  const listening = '0A';
  return table.split('\n').flatMap((line) => {
    const [, local, , state, , , , uid, , inode] = line.trim().split(/\s+/);
    const [address = '', hexPort = ''] = local?.split(':') ?? [];
    const isMeant = (states === 'any' || state === listening) && parseInt(hexPort, 16) === port;
    if (!isMeant || inode === undefined || inode === '0') return [];
    return bind === undefined || bindsOverlap(bind, addressInProc(address))
      ? [{ inode, uid: Number(uid) }]
      : [];
  });
}

/** Each 32-bit word is in host byte order: the bytes of every group of eight digits are reversed. */
function addressInProc(hex: string): BindAddress {
  const words = hex.match(/.{8}/g) ?? [];
  const digits = words.map((word) => (word.match(/../g) ?? []).reverse().join('')).join('');
  if (words.length === 1) return (digits.match(/../g) ?? []).map((byte) => parseInt(byte, 16)).join('.');
  return parseBindAddress((digits.match(/.{4}/g) ?? []).join(':')) ?? null;
}

async function lookUpWithLsof({ localPort: port, bind }: ListenAddress): Promise<PortHolder | null> {
  const argv = [lsofPath, '-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-F', 'pcn'] as const;
  return parseLsof(await outputOf(argv, { timeoutMs: lookupTimeoutMs, maxOutputBytes: maxLsofBytes }), bind);
}

/**
 * The first process in the output of `lsof -F pcn` that conflicts with `bind`: one field per line, `p` starts a process, `c`
 * is its command, `n` the address of a listening socket: `*:80`, `127.0.0.1:80`, `[::1]:80`.
 */
export function parseLsof(output: string, bind: BindAddress = null): PortHolder | null {
  let pid: number | null = null;
  let name: string | null = null;
  for (const line of output.split('\n')) {
    const value = line.slice(1);
    if (line.startsWith('p')) pid = Number(value);
    if (line.startsWith('c')) name = unescapeLsof(value);
    if (line.startsWith('n') && pid !== null && name !== null && overlapsBind(value, bind))
      return { pid, name };
  }
  return null;
}

/** `place` as lsof writes it. */
export const overlapsBind = (place: string, bind: BindAddress): boolean =>
  bindsOverlap(bind, parseBindAddress(place.replace(/:\d+$/, '').replace('*', '0.0.0.0')) ?? null);

/** lsof writes spaces and unprintable characters as `\x20`. */
const unescapeLsof = (text: string): string =>
  text.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
