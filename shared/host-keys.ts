/** The host keys of an ssh server: what the user is shown, and what is trusted on confirmation. */
import * as z from 'zod';
import type { Cause } from './failure.ts';

const fingerprintSchema = z
  .object({
    /** `ED25519` */
    type: z.string().max(64),
    /** `SHA256:…`, as ssh prints it. */
    fingerprint: z.string().max(128),
  })
  .readonly();
export type Fingerprint = z.infer<typeof fingerprintSchema>;

export const hostKeyOfferSchema = z
  .object({
    /** Identifies exactly these keys; sent back to trust them. */
    digest: z.string().max(64),
    /** `bastion`, `[bastion]:2222` */
    host: z.string(),
    /** The file to write the keys to. */
    file: z.string(),
    /** Keys of this host that are in the file but not on the server; they will be removed. Empty: the host is new. */
    former: z.array(fingerprintSchema).readonly(),
    /** The keys that the server presents now. */
    offered: z.array(fingerprintSchema).readonly(),
  })
  .readonly();
export type HostKeyOffer = z.infer<typeof hostKeyOfferSchema>;

/** Whether ssh did not accept the server's host key. */
export const refusesHostKey = (cause: Cause | null): boolean =>
  cause?.code === 'host-key-unknown' || cause?.code === 'host-key-changed';
