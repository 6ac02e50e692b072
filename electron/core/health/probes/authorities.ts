/**
 * The file that `ca_file` of a check names: the authorities that it trusts instead of the usual ones, which is what
 * `--cacert` of curl and `sslrootcert` of libpq mean. Each check reads it: a renewed file counts at once, and one that is
 * missing is looked for again.
 *
 * `cat` reads it. On a volume that hangs, a read of our own would never end: it would keep one of the four threads on
 * which all files and names are looked up, and in the end the whole process from exiting.
 */
import { X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import { err, ok, type Result } from '../../../../shared/result.ts';
import { startChild, startErrorOf } from '../../process/child-start.ts';
import type { ObstacleCode } from '../probe.ts';
import { formatDuration } from './format-duration.ts';
import { notMade, type FailedProbe } from './probe-failures.ts';

/** All public authorities together have a quarter of it. */
const maxFileBytes = 1024 * 1024;
const maxComplaintBytes = 1024;
/** Contexts that are kept, one for each file: to build one takes 20 ms for a file of all public authorities. */
const maxKeptContexts = 32;

type Authorities = Result<tls.SecureContext, FailedProbe>;

interface Reading {
  readonly result: Promise<Authorities>;
  readonly stop: () => void;
  /** Checks that want it. */
  waiting: number;
}

/** By file: however many checks want one, and however long it takes, there is one reader. */
const readings = new Map<string, Reading>();
const kept = new Map<string, { readonly pem: Buffer; readonly context: tls.SecureContext }>();

/**
 * PEM, with at least one certificate. Never rejects; pending for as long as the volume does not answer.
 * @param ended aborts when the check is over: with the last one the reader ends as well, if the volume lets it.
 */
export async function readAuthorities(file: string, ended: AbortSignal): Promise<Authorities> {
  const former = readings.get(file);
  if (former?.waiting === 0) {
    await former.result;
    return readAuthorities(file, ended);
  }
  const reading = former ?? startReading(file);
  reading.waiting += 1;
  const leave = (): void => {
    reading.waiting -= 1;
    if (reading.waiting === 0) reading.stop();
  };
  if (ended.aborted) leave();
  else ended.addEventListener('abort', leave, { once: true });
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

/** The tunnel is not to blame for a file that was not read in time. */
export const unreadInTime = (file: string, afterMs: number): FailedProbe =>
  notMade(`the ca_file of the check could not be read within ${formatDuration(afterMs)}`, {
    code: 'file-unreadable',
    what: file,
  });

/** Settles when the reader is gone: one that a volume holds is not forgotten, or each check would leave another. */
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

function contextOf(file: string, pem: Buffer): Authorities {
  const before = kept.get(file);
  if (before?.pem.equals(pem) === true) return ok(before.context);
  if (!holdsCertificate(pem))
    return failure(
      file,
      'authority-missing',
      'the ca_file of the check contains no certificate in PEM format',
    );
  const context = tls.createSecureContext({ ca: pem });
  const [oldest] = kept.keys();
  if (oldest !== undefined && kept.size >= maxKeptContexts) kept.delete(oldest);
  kept.set(file, { pem, context });
  return ok(context);
}

/** TLS itself takes a file without any for one that trusts nobody. The constructor would take DER, which TLS does not. */
function holdsCertificate(bytes: Buffer): boolean {
  try {
    return bytes.includes('-----BEGIN') && new X509Certificate(bytes).raw.length > 0;
  } catch {
    return false;
  }
}
