import { networkInterfaces } from 'node:os';
import type { NetworkInterfaces } from './network-addresses.ts';

/**
 * `os.networkInterfaces` that never throws: if the system cannot list the interfaces, the last known list is returned. The
 * call takes a file descriptor (getifaddrs(3)), and held clients may have used up the last one.
 */
export function steadyInterfaces(read: () => NetworkInterfaces = networkInterfaces): () => NetworkInterfaces {
  let known: NetworkInterfaces = {};
  return () => {
    try {
      known = read();
      return known;
    } catch {
      return known;
    }
  };
}
