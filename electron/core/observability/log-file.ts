/**
 * One log file on disk, appended to by electron-log's file transport in plain Node (`electron-log/node`), which runs in
 * Electron as well. Writes are synchronous, so the caller batches lines.
 *
 * 1. Only the user can read a log, from its first byte on and after a rotation.
 * 2. Writing never throws: a full disk or a removed folder loses lines, which are counted, but never crashes the app.
 */
import { chmodSync, closeSync, constants, fchmodSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import electronLog from 'electron-log/node';
import { makeFolderSync } from '../files/make-folder.ts';

/** One older file of the same size is kept as well. */
export const maxLogFileBytes = 1024 * 1024;

const fileMode = 0o600;
const folderMode = 0o700;

/** Lines contain their own time, and none of electron-log's formats is used. */
const unusedDate = new Date(0);

const transportLog = createTransportLog();

function createTransportLog() {
  const log = electronLog.create({ logId: 'localport' });
  const { file } = log.transports;
  // Otherwise a problem with a file is printed on the console, once per line.
  for (const { transports } of [log, electronLog]) transports.console.writeFn = () => undefined;
  file.setAppName('LocalPort');
  file.level = 'silly';
  file.maxSize = maxLogFileBytes;
  file.writeOptions = { flag: 'a', mode: fileMode, encoding: 'utf8' };
  // Lines arrive complete and are not templates.
  file.transforms = [];
  file.resolvePathFn = (_, message) => String(message?.variables?.['path']);
  file.archiveLogFn = rotate;
  return log;
}

type TransportFile = ReturnType<typeof electronLog.transports.file.getFile>;

/** `db.log` becomes `db.old.log`. If that fails, the file is truncated: it must not grow forever. */
function rotate(file: TransportFile): void {
  try {
    renameSync(file.path, file.path.replace(/\.log$/, '.old.log'));
  } catch {
    file.clear();
  }
}

export class LogFile {
  readonly path: string;
  /** Passes the path to `resolvePathFn`: one transport writes all files. */
  readonly #variables: { readonly processType: string; readonly path: string };
  #isPrepared = false;
  #isWatched = false;
  #failure: string | null = null;

  /** Creates nothing yet. */
  constructor(path: string) {
    this.path = path;
    this.#variables = { processType: 'main', path };
  }

  /** Returns why the lines could not be written, or null. Retries once: the folder may have been removed. */
  append(lines: readonly string[]): string | null {
    return this.#write(lines) === null ? null : this.#write(lines);
  }

  #write(lines: readonly string[]): string | null {
    this.#failure = null;
    try {
      if (!this.#isPrepared) this.#prepare();
      transportLog.processMessage(
        { data: [lines.join('\n')], level: 'info', date: unusedDate, variables: this.#variables },
        { transports: ['file'] },
      );
    } catch (error) {
      this.#failure = describe(error);
    }
    this.#isPrepared = this.#failure === null;
    return this.#failure;
  }

  #prepare(): void {
    const folder = dirname(this.path);
    makeFolderSync(folder, folderMode);
    chmodSync(folder, folderMode);
    const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
    const descriptor = openSync(this.path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, fileMode);
    try {
      fchmodSync(descriptor, fileMode);
    } finally {
      closeSync(descriptor);
    }
    if (this.#isWatched) return;
    this.#isWatched = true;
    transportLog.transports.file.getFile({ variables: this.#variables }).on('error', (error) => {
      this.#failure = describe(error);
    });
  }
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));
