// Writes RGBA pixels as a PNG file (W3C PNG specification, colour type 6, no interlace).
import { crc32, deflateSync } from 'node:zlib';

/** @typedef {{ readonly width: number, readonly height: number, readonly rgba: Uint8Array }} Pixels */

/** @param {string} type four letters @param {Uint8Array} data */
const chunk = (type, data) => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
};

/** Each row as its difference to the row above ("up"), which compresses vertical gradients well.
 * @param {Pixels} pixels */
const filteredRows = ({ width, height, rgba }) => {
  const stride = width * 4;
  const rows = Buffer.alloc((stride + 1) * height);
  for (let y = 0; y < height; y += 1) {
    rows[y * (stride + 1)] = 2;
    for (let x = 0; x < stride; x += 1) {
      const above = y === 0 ? 0 : (rgba[(y - 1) * stride + x] ?? 0);
      rows[y * (stride + 1) + 1 + x] = (rgba[y * stride + x] ?? 0) - above;
    }
  }
  return rows;
};

/** @param {Pixels} pixels @returns {Buffer} */
export const encodePng = (pixels) => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(pixels.width, 0);
  header.writeUInt32BE(pixels.height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(filteredRows(pixels), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};
