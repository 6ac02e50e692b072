/** Host keys of an ssh server that the user may trust: what is shown, and what is trusted by it. */
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
    /** Of exactly these keys: to trust them is to send it back. */
    digest: z.string().max(64),
    /** `bastion`, `[bastion]:2222` */
    host: z.string(),
    /** The file that the keys are written to. */
    file: z.string(),
    /** Keys of this host in the file that the server does not have: they are removed. Empty: the host is new. */
    former: z.array(fingerprintSchema).readonly(),
    /** What the server has shown now. */
    offered: z.array(fingerprintSchema).readonly(),
  })
  .readonly();
export type HostKeyOffer = z.infer<typeof hostKeyOfferSchema>;

/** ssh did not accept the host key of its server. */
export const refusesHostKey = (cause: Cause | null): boolean =>
  cause?.code === 'host-key-unknown' || cause?.code === 'host-key-changed';
