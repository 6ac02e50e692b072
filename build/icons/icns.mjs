// Writes a macOS icon file: a list of PNG images, each under the type that says its size.

/** The type of an image by its size in pixels. Sizes are in real pixels, so a doubled 128 is 256.
 * @type {Readonly<Record<number, readonly string[]>>} */
const typesBySize = {
  32: ['ic11'],
  64: ['ic12'],
  128: ['ic07'],
  256: ['ic08', 'ic13'],
  512: ['ic09', 'ic14'],
  1024: ['ic10'],
};

export const icnsSizes = Object.keys(typesBySize).map(Number);

/** @param {string} type @param {Buffer} body */
const element = (type, body) => {
  const header = Buffer.alloc(8);
  header.write(type, 'latin1');
  header.writeUInt32BE(body.length + 8, 4);
  return Buffer.concat([header, body]);
};

/** @param {ReadonlyMap<number, Buffer>} pngBySize one PNG for each of icnsSizes @returns {Buffer} */
export const encodeIcns = (pngBySize) => {
  const elements = [...pngBySize].flatMap(([size, png]) =>
    (typesBySize[size] ?? []).map((type) => element(type, png)),
  );
  return element('icns', Buffer.concat(elements));
};
