import type { InProcessServer } from './in-process-server.ts';

/** An address of this computer, or of another one. Both kinds are options for `net.connect`. */
export type SystemEndpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** Where a tunnel takes connections. */
export type Endpoint = SystemEndpoint | { readonly kind: 'in-process'; readonly server: InProcessServer };
