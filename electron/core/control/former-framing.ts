/**
 * Up to control protocol 2 both ends spoke frames: four bytes, the length of what follows, big endian, then JSON. A command of
 * that time understands one answer still: that it is refused, and why.
 */
import { maxRequestBytes, type ControlError } from '../../../shared/control-contract.ts';

/** No request of HTTP begins with a zero byte; every frame of a command did. */
export const isFormerFrame = (bytes: Buffer): boolean => bytes[0] === 0 && bytes.length >= 4;

/** What the hello of such a command says of it. */
export function formerCommand(bytes: Buffer): string {
  const length = Math.min(bytes.readUInt32BE(0), maxRequestBytes);
  const [, version] = /"version":"([^"\\\s]{1,100})"/.exec(bytes.subarray(4, 4 + length).toString()) ?? [];
  return `this command (${version ?? 'an older one'}) an older one`;
}

export function formerRefusal(error: ControlError): Buffer {
  const json = Buffer.from(JSON.stringify({ type: 'refused', error }));
  const header = Buffer.alloc(4);
  header.writeUInt32BE(json.length);
  return Buffer.concat([header, json]);
}
