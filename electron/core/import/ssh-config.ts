/** The parts of an ssh_config that an import needs; ssh_config(5). Which of them apply to a host, ssh itself decides. Pure. */
import { readConfigLine } from './ssh-config-words.ts';

export type ForwardKind = 'local' | 'remote' | 'dynamic';

/** A line that requests a forward, for any host. */
export interface WrittenForward {
  readonly kind: ForwardKind;
  /** The listening end, as `ssh -G` prints it: `8080`, `[127.0.0.1]:8080`, `/tmp/a.sock`. */
  readonly listen: string;
  /** The remote end, likewise; null: each client chooses it (SOCKS). */
  readonly to: string | null;
  /** From 1. */
  readonly line: number;
  /** It applies depending on more than the host: on a program, or on the current network. */
  readonly isPassing: boolean;
}

export interface IncludedFiles {
  readonly pattern: string;
  readonly isPassing: boolean;
}

export interface SshConfigFile {
  /** Hosts with full names, in the order of the file. */
  readonly hosts: readonly string[];
  readonly includes: readonly IncludedFiles[];
  readonly forwards: readonly WrittenForward[];
}

/** An import asks ssh about each host. */
const maxHosts = 500;
const maxIncludes = 200;
const maxForwards = 2_000;

const kinds: ReadonlyMap<string, ForwardKind> = new Map([
  ['localforward', 'local'],
  ['remoteforward', 'remote'],
  ['dynamicforward', 'dynamic'],
]);

/** `isPassing`: the include is conditional. Linear time, whatever is in the file. */
export function parseSshConfig(text: string, isPassing = false): SshConfigFile {
  const hosts = new Set<string>();
  const includes: IncludedFiles[] = [];
  const forwards: WrittenForward[] = [];
  let isBlockPassing = isPassing;
  for (const [index, line] of text.split('\n').entries()) {
    const read = readConfigLine(line);
    if (read === null) continue;
    const { keyword, words } = read;
    const kind = kinds.get(keyword);
    const [listen, to] = words;
    if (keyword === 'host' || keyword === 'match') {
      isBlockPassing = isPassing || (keyword === 'match' && dependsOnMoment(words));
      for (const host of keyword === 'host' ? words : hostsOfMatch(words))
        if (isFullName(host) && hosts.size < maxHosts) hosts.add(host);
    } else if (keyword === 'include') {
      for (const pattern of words.slice(0, maxIncludes - includes.length))
        includes.push({ pattern, isPassing: isBlockPassing });
    } else if (kind !== undefined && listen !== undefined && forwards.length < maxForwards)
      forwards.push({
        kind,
        listen: placeText(listen),
        to: to === undefined ? null : placeText(to),
        line: index + 1,
        isPassing: isBlockPassing,
      });
  }
  return { hosts: [...hosts], includes, forwards };
}

/** A pattern is not a host, and "!" excludes one from a pattern. A leading "-" would be an option. */
const isFullName = (host: string): boolean => host !== '' && !/[*?!]|^-/.test(host);

/** Criteria whose result may change from one time to the next; ssh_config(5), Match. */
const dependsOnMoment = (words: readonly string[]): boolean =>
  criteriaOf(words).some(({ name }) => name === 'exec' || name === 'localnetwork');

/** The host names in the criteria of a block. */
const hostsOfMatch = (words: readonly string[]): readonly string[] =>
  criteriaOf(words).flatMap(({ name, value }) =>
    name === 'host' || name === 'originalhost' ? value.split(',') : [],
  );

/** `host a,b exec "test"`, and since 9.9 `host=a,b`. A negated criterion names no host of the block. */
function criteriaOf(words: readonly string[]): readonly { readonly name: string; readonly value: string }[] {
  const criteria: { name: string; value: string }[] = [];
  for (let at = 0; at < words.length; at++) {
    const [name = '', value] = (words[at] ?? '').split(/=(.*)/s, 2);
    const plain = name.toLowerCase();
    const hasValue = !/^!?(?:all|canonical|final)$/.test(plain);
    if (hasValue && value === undefined) at += 1;
    const found = value ?? (hasValue ? (words[at] ?? '') : '');
    criteria.push({ name: plain.replace(/^!(?=exec|localnetwork)/, ''), value: found });
  }
  return criteria;
}

/** An address as `ssh -G` prints it. */
function placeText(written: string): string {
  if (/^\d+$|^\//.test(written)) return written;
  const [, address, port] = /^(.*)[:/](\d+)$/.exec(written) ?? [];
  return address === undefined ? written : `[${address.replace(/^\[(.*)\]$/, '$1')}]:${port}`;
}
