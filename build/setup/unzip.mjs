// Unpacks a zip file, modes and symbolic links included. Loaded only after the npm packages are there.
import { createWriteStream } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import yauzl from 'yauzl';

/** @typedef {import('yauzl').Entry} Entry */
/** @typedef {import('yauzl').ZipFile} ZipFile */

const fileTypeMask = 0o170000;
const symbolicLink = 0o120000;

/** @param {ZipFile} zip @param {Entry} entry @param {string} target */
const unpackEntry = async (zip, entry, target) => {
  // The upper half holds the Unix mode when the zip was made on Unix.
  const mode = entry.externalFileAttributes >>> 16;
  if (entry.fileName.endsWith('/')) {
    await mkdir(target, { recursive: true });
    return;
  }
  await mkdir(path.dirname(target), { recursive: true });
  const contents = await promisify(zip.openReadStream.bind(zip))(entry);
  if ((mode & fileTypeMask) === symbolicLink) await symlink(await text(contents), target);
  else await pipeline(contents, createWriteStream(target, { mode: mode & 0o777 || 0o644 }));
};

/** @param {string} zipPath @param {(fileName: string) => string | undefined} targetOf where an entry goes;
 * undefined leaves it out. yauzl itself refuses names that lead outside (`..`, absolute). */
export const unzip = async (zipPath, targetOf) => {
  /** @type {ZipFile} */
  const zip = await new Promise((resolve, reject) => {
    yauzl.open(zipPath, { lazyEntries: true, autoClose: true }, (error, opened) => {
      if (error === null) resolve(opened);
      else reject(error);
    });
  });
  await new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', resolve);
    zip.on('entry', (/** @type {Entry} */ entry) => {
      const target = targetOf(entry.fileName);
      const done = target === undefined ? Promise.resolve() : unpackEntry(zip, entry, target);
      done.then(() => zip.readEntry(), reject);
    });
    zip.readEntry();
  });
};
