import { networkInterfaces } from 'node:os';
import type { NetworkInterfaces } from './network-addresses.ts';

/**
 * `os.networkInterfaces`, but never throwing: where the system cannot tell, they are taken to be what they were. To ask
 * takes a file descriptor (getifaddrs(3)), and held clients may have used up the last one.
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
