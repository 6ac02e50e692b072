// The licences of the libraries that went into the bundles: they ask to be kept with every copy.
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { projectDir } from './paths.mjs';

/** @typedef {import('esbuild').Metafile} Metafile */

/** @param {readonly Metafile[]} metafiles @returns {readonly string[]} the folders of the packages, sorted */
const packageFolders = (metafiles) => {
  const folders = metafiles
    .flatMap(({ inputs }) => Object.keys(inputs))
    .map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1])
    .filter((folder) => folder !== undefined);
  return [...new Set(folders)].sort();
};

/** @param {string} folder */
const licenceOf = async (folder) => {
  const absolute = path.join(projectDir, folder);
  /** @type {{ name: string, version: string, license?: string }} */
  const { name, version, license } = JSON.parse(await readFile(path.join(absolute, 'package.json'), 'utf8'));
  const file = (await readdir(absolute)).find((entry) => /^licen[cs]e/i.test(entry));
  const words = file === undefined ? '' : (await readFile(path.join(absolute, file), 'utf8')).trim();
  return `${name} ${version} (${license ?? 'see below'})\n\n${words}`.trim();
};

/** @param {readonly Metafile[]} metafiles of all bundles */
export const thirdPartyLicences = async (metafiles) => {
  const licences = await Promise.all(packageFolders(metafiles).map(licenceOf));
  const rule = '─'.repeat(80);
  return `LocalPort contains these libraries.\n\n${licences.join(`\n\n${rule}\n\n`)}\n`;
};
