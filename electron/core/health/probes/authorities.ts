/**
 * The file that `ca_file` of a check names: the authorities that it trusts instead of the usual ones, which is what
 * `--cacert` of curl and `sslrootcert` of libpq mean. Each check reads it: a renewed file counts at once, and one that is
 * missing is looked for again.
 */
import { X509Certificate } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { err, ok, type Result } from '../../../../shared/result.ts';
import type { CheckMeaning, ProbeResult } from '../probe.ts';

/** All public authorities together have a quarter of it. */
const maxFileBytes = 1024 * 1024;

type FailedProbe = Extract<ProbeResult, { readonly kind: 'failed' }>;

/** PEM, with at least one certificate. Never rejects, and never blocks on a pipe. */
export async function readAuthorities(file: string): Promise<Result<Buffer, FailedProbe>> {
  const fail = (code: CheckMeaning['code'], finding: string): Result<Buffer, FailedProbe> =>
    err({ kind: 'failed', finding, timedOut: false, meaning: { code, what: file } });
  let handle: FileHandle | undefined;
  try {
    // Without O_NONBLOCK opening a FIFO waits for a writer, for ever.
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stats = await handle.stat();
    if (!stats.isFile()) return fail('file-unreadable', 'the ca_file of the check is no regular file');
    if (stats.size > maxFileBytes)
      return fail('file-unreadable', 'the ca_file of the check is larger than 1 MB');
    const { buffer } = await handle.read(Buffer.alloc(stats.size), 0, stats.size, 0);
    if (!holdsCertificate(buffer))
      return fail('authority-missing', 'the ca_file of the check holds no certificate in PEM');
    return ok(buffer);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? fail('file-missing', `the ca_file of the check does not exist (${code})`)
      : fail('file-unreadable', `the ca_file of the check cannot be read (${code})`);
  } finally {
    await handle?.close().catch(() => undefined);
  }
}

/** TLS itself takes a file without any for one that trusts nobody. The constructor would take DER, which TLS does not. */
function holdsCertificate(bytes: Buffer): boolean {
  try {
    return bytes.includes('-----BEGIN') && new X509Certificate(bytes).raw.length > 0;
  } catch {
    return false;
  }
}
