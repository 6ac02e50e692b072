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

/** Some packages keep their licence in a section of their README alone. @param {string} readme */
export const licenceSectionOf = (readme) => {
  const heading = /^(#+) *licen[cs]e.*$/im.exec(readme);
  if (heading === null) return '';
  const rest = readme.slice(heading.index + heading[0].length);
  const next = rest.search(new RegExp(`^#{1,${heading[1]?.length ?? 1}} `, 'm'));
  return (next === -1 ? rest : rest.slice(0, next)).trim();
};

/** @param {string} folder @param {RegExp} name @returns {Promise<string>} empty where there is no such file */
const readNamed = async (folder, name) => {
  const file = (await readdir(folder)).find((entry) => name.test(entry));
  return file === undefined ? '' : (await readFile(path.join(folder, file), 'utf8')).trim();
};

/** @param {string} folder */
const licenceOf = async (folder) => {
  const absolute = path.join(projectDir, folder);
  /** @type {{ name: string, version: string, license?: string }} */
  const { name, version, license } = JSON.parse(await readFile(path.join(absolute, 'package.json'), 'utf8'));
  const words =
    (await readNamed(absolute, /^licen[cs]e/i)) || licenceSectionOf(await readNamed(absolute, /^readme/i));
  // A heading alone keeps no promise.
  if (!/copyright|public domain/i.test(words))
    throw new Error(`${name}: the text of its licence was not found`);
  return `${name} ${version} (${license ?? 'see below'})\n\n${words}`;
};

/** @param {readonly Metafile[]} metafiles of all bundles */
export const thirdPartyLicences = async (metafiles) => {
  const licences = await Promise.all(packageFolders(metafiles).map(licenceOf));
  const rule = '─'.repeat(80);
  return `LocalPort contains these libraries.\n\n${licences.join(`\n\n${rule}\n\n`)}\n`;
};
