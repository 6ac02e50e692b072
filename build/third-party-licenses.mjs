// The licenses of the bundled libraries: they require a copy of the license with every copy of the code.
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

/** Some packages keep their license in a section of their README alone. @param {string} readme */
export const licenseSectionOf = (readme) => {
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

/** The MIT license as in SPDX, for a package that names it and its author but left the text out.
 * @param {string} author */
const mitText = (author) => `Copyright (c) ${author}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software
is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES
OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE
LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR
IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** @param {{ readonly license?: string, readonly author?: string | { readonly name: string } }} packageJson
 * @returns {string} empty where the two do not say enough */
export const licenseByName = ({ license, author }) => {
  const name = typeof author === 'string' ? author : author?.name;
  return license === 'MIT' && name !== undefined ? mitText(name) : '';
};

/** @param {string} folder */
const licenseOf = async (folder) => {
  const absolute = path.join(projectDir, folder);
  /** @type {{ name: string, version: string, license?: string, author?: string }} */
  const packageJson = JSON.parse(await readFile(path.join(absolute, 'package.json'), 'utf8'));
  const { name, version, license } = packageJson;
  const words =
    (await readNamed(absolute, /^licen[cs]e/i)) ||
    licenseSectionOf(await readNamed(absolute, /^readme/i)) ||
    licenseByName(packageJson);
  // A heading alone is no license.
  if (!/copyright|public domain/i.test(words))
    throw new Error(`${name}: the text of its license was not found`);
  return `${name} ${version} (${license ?? 'see below'})\n\n${words}`;
};

/** @param {readonly Metafile[]} metafiles of all bundles */
export const thirdPartyLicenses = async (metafiles) => {
  const licenses = await Promise.all(packageFolders(metafiles).map(licenseOf));
  const rule = '─'.repeat(80);
  return `LocalPort contains these libraries.\n\n${licenses.join(`\n\n${rule}\n\n`)}\n`;
};
