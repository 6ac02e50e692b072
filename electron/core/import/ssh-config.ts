/** What of an ssh_config an import needs; ssh_config(5). What applies to which host is for ssh itself to say. Pure. */
import { readConfigLine } from './ssh-config-words.ts';

export type ForwardKind = 'local' | 'remote' | 'dynamic';

/** A line that asks for a forward, whatever hosts it is for. */
export interface WrittenForward {
  readonly kind: ForwardKind;
  /** Where it listens, as `ssh -G` prints it: `8080`, `[127.0.0.1]:8080`, `/tmp/a.sock`. */
  readonly listen: string;
  /** Where it leads, likewise; null: what each client asks for. */
  readonly to: string | null;
  /** From 1. */
  readonly line: number;
  /** Whether it applies depends on more than the host: on a program, or on the network of the moment. */
  readonly isPassing: boolean;
}

export interface IncludedFiles {
  readonly pattern: string;
  readonly isPassing: boolean;
}

export interface SshConfigFile {
  /** Hosts that are named in full, in the order of the file. */
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

/** `isPassing`: what includes it applies at times only. Looks at each character once or twice, whatever is in the file. */
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

/** A pattern is no host, and "!" takes one out of a pattern. A leading "-" would be an option. */
const isFullName = (host: string): boolean => host !== '' && !/[*?!]|^-/.test(host);

/** Criteria whose answer may be another one the next time; ssh_config(5), Match. */
const dependsOnMoment = (words: readonly string[]): boolean =>
  criteriaOf(words).some(({ name }) => name === 'exec' || name === 'localnetwork');

/** The names that a block is for, as far as it says so. */
const hostsOfMatch = (words: readonly string[]): readonly string[] =>
  criteriaOf(words).flatMap(({ name, value }) =>
    name === 'host' || name === 'originalhost' ? value.split(',') : [],
  );

/** `host a,b exec "test"`, and since 9.9 `host=a,b`. A negated one names no host that the block is for. */
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

/** As ssh -G writes a place. */
function placeText(written: string): string {
  if (/^\d+$|^\//.test(written)) return written;
  const [, address, port] = /^(.*)[:/](\d+)$/.exec(written) ?? [];
  return address === undefined ? written : `[${address.replace(/^\[(.*)\]$/, '$1')}]:${port}`;
}
