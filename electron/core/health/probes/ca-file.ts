/**
 * Reads the file named by `ca_file` of a check: the CA certificates to trust instead of the default ones, like
 * `--cacert` of curl and `sslrootcert` of libpq. Every check reads it, so a renewed file counts at once, and a missing
 * one is looked for again.
 *
 * `cat` reads the file. On a volume that hangs, a read of our own would never return: it would block one of the four
 * threads that do all file and name lookups, and finally keep the process from exiting.
 */
import { X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import { err, ok, type Result } from '../../../../shared/result.ts';
import { startChild, startErrorOf } from '../../process/child-start.ts';
import type { ObstacleCode } from '../probe.ts';
import { formatDuration } from './format-duration.ts';
import { notMade, type FailedProbe } from './probe-failures.ts';

/** All public CA certificates together take a quarter of this. */
const maxFileBytes = 1024 * 1024;
const maxComplaintBytes = 1024;
/** How many contexts are cached, one per file: building one from all public CA certificates takes 20 ms. */
const maxCachedContexts = 32;

type CaCertificates = Result<tls.SecureContext, FailedProbe>;

interface Reading {
  readonly result: Promise<CaCertificates>;
  readonly stop: () => void;
  /** The number of checks that wait for it. */
  waiting: number;
}

/** Keyed by file: there is one reader per file, however many checks wait for it. */
const readings = new Map<string, Reading>();
const cache = new Map<string, { readonly pem: Buffer; readonly context: tls.SecureContext }>();

/**
 * Returns a context from a PEM file with at least one certificate. Never rejects; stays pending while the volume hangs.
 * @param ended aborts when the check is over. When the last waiting check is over, the reader is killed, if the volume
 * allows it.
 */
export async function readCaFile(file: string, ended: AbortSignal): Promise<CaCertificates> {
  const former = readings.get(file);
  if (former?.waiting === 0) {
    await former.result;
    return readCaFile(file, ended);
  }
  const reading = former ?? startReading(file);
  reading.waiting += 1;
  const stopWaiting = (): void => {
    reading.waiting -= 1;
    if (reading.waiting === 0) reading.stop();
  };
  if (ended.aborted) stopWaiting();
  else ended.addEventListener('abort', stopWaiting, { once: true });
  return reading.result;
}

function startReading(file: string): Reading {
  const stopping = new AbortController();
  const result = contentOf(file, stopping.signal).then((pem) => (pem.ok ? contextOf(file, pem.value) : pem));
  const reading: Reading = { result, stop: () => stopping.abort(), waiting: 0 };
  readings.set(file, reading);
  void result.then(() => readings.delete(file));
  return reading;
}

const failure = (file: string, code: ObstacleCode, finding: string): Result<never, FailedProbe> =>
  err(notMade(finding, { code, what: file }));

/** The tunnel is not at fault if the file was not read in time. */
export const unreadInTime = (file: string, afterMs: number): FailedProbe =>
  notMade(`the ca_file of the check could not be read within ${formatDuration(afterMs)}`, {
    code: 'file-unreadable',
    what: file,
  });

/**
 * Settles when the reader has ended. A reader stuck on a volume stays registered, so checks do not start more and more
 * of them.
 */
async function contentOf(file: string, stopping: AbortSignal): Promise<Result<Buffer, FailedProbe>> {
  const reader = startChild(['/bin/cat', file], {
    env: { LC_ALL: 'C' },
    encoding: 'buffer',
    stdin: 'ignore',
    maxBuffer: { stdout: maxFileBytes, stderr: maxComplaintBytes },
    cancelSignal: stopping,
    killSignal: 'SIGKILL',
  });
  if (!reader.ok) return unreadable(file, reader.error.message);
  const result = await reader.value;
  if (reader.value.pid === undefined) return unreadable(file, startErrorOf(result).message);
  const { exitCode, isMaxBuffer, stdout, stderr } = result;
  if (isMaxBuffer) return failure(file, 'file-unreadable', 'the ca_file of the check is larger than 1 MB');
  return exitCode === 0 ? ok(Buffer.from(stdout)) : refusalOf(file, Buffer.from(stderr).toString());
}

const unreadable = (file: string, reason: string): Result<never, FailedProbe> =>
  failure(file, 'file-unreadable', `the ca_file of the check cannot be read (${reason})`);

/** `cat: /etc/ca.pem: No such file or directory` */
function refusalOf(file: string, complaint: string): Result<never, FailedProbe> {
  const reason = complaint.trim().split(': ').at(-1) ?? '';
  return /^(No such file|Not a directory)/.test(reason)
    ? failure(file, 'file-missing', `the ca_file of the check does not exist (${reason})`)
    : unreadable(file, reason);
}

function contextOf(file: string, pem: Buffer): CaCertificates {
  const before = cache.get(file);
  if (before?.pem.equals(pem) === true) return ok(before.context);
  if (!holdsCertificate(pem))
    return failure(
      file,
      'authority-missing',
      'the ca_file of the check contains no certificate in PEM format',
    );
  const context = tls.createSecureContext({ ca: pem });
  const [oldest] = cache.keys();
  if (oldest !== undefined && cache.size >= maxCachedContexts) cache.delete(oldest);
  cache.set(file, { pem, context });
  return ok(context);
}

/**
 * TLS accepts a file without certificates and then trusts no one. The constructor also accepts DER, which TLS does not.
 */
function holdsCertificate(bytes: Buffer): boolean {
  try {
    return bytes.includes('-----BEGIN') && new X509Certificate(bytes).raw.length > 0;
  } catch {
    return false;
  }
}
