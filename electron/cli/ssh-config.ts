/** What of an ssh_config an import needs; ssh_config(5). Pure. */
import type { Proposal } from './service-proposal.ts';

export interface SshConfigFile {
  /** Hosts that are named in full, in the order of the file. */
  readonly hosts: readonly string[];
  /** Patterns of files that it includes. */
  readonly includes: readonly string[];
}

/** An import asks ssh about each host. */
const maxHosts = 500;
const maxIncludes = 200;

/** Looks at each character once or twice, whatever is in the file. */
export function parseSshConfig(text: string): SshConfigFile {
  const hosts = new Set<string>();
  const includes: string[] = [];
  for (const line of text.split('\n')) {
    // Trimmed first: an expression that has to find the end of the blanks itself looks at each of them for each.
    const trimmed = line.trim();
    const [opening, keyword = ''] = /^(host|include)(?:\s*=\s*|\s+)/i.exec(trimmed) ?? [];
    if (opening === undefined) continue;
    const words = wordsOf(trimmed.slice(opening.length));
    if (keyword.toLowerCase() === 'include') includes.push(...words.slice(0, maxIncludes - includes.length));
    // A pattern is no host, and "!" takes one out of a pattern.
    else for (const word of words) if (!/[*?!]/.test(word) && hosts.size < maxHosts) hosts.add(word);
  }
  return { hosts: [...hosts], includes };
}

const wordsOf = (text: string): readonly string[] =>
  [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

interface LocalForward {
  readonly localPort: number;
  readonly remoteHost: string;
  readonly remotePort: number;
}

/**
 * The LocalForwards in what `ssh -G HOST` prints: `localforward 5432 [db.internal]:5432`, where the local end may have an
 * address. Forwards of and to Unix sockets are passed over.
 */
export function parseLocalForwards(resolved: string): readonly LocalForward[] {
  return resolved.split('\n').flatMap((line) => {
    const match = /^localforward (?:\S*:)?(\d+) (\S+):(\d+)$/i.exec(line.trim());
    if (match === null) return [];
    const [, localPort, host = '', remotePort] = match;
    const remoteHost = host.replace(/^\[(.*)\]$/, '$1');
    return [{ localPort: Number(localPort), remoteHost, remotePort: Number(remotePort) }];
  });
}

/** User, port, key and jump hosts stay in the ssh_config: ssh reads them there. */
export const proposeForwards = (host: string, forwards: readonly LocalForward[]): readonly Proposal[] =>
  forwards.map(({ localPort, remoteHost, remotePort }) => ({
    name: forwards.length === 1 ? host : `${host}-${remotePort}`,
    technology: 'ssh',
    preferredPort: localPort,
    remotePort,
    tags: [],
    connection: { host, ...(remoteHost === 'localhost' ? {} : { remote_host: remoteHost }) },
  }));
