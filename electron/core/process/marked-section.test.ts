import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MarkedSection } from './marked-section.ts';

const text = (buffer: Buffer | null): string | null => buffer?.toString() ?? null;

describe('MarkedSection', () => {
  it('finds the section however it is split into pieces', () => {
    const stream = Buffer.from('noise <<<\nPATH=/bin>>> more noise');
    for (let size = 1; size <= stream.length; size++) {
      const section = new MarkedSection('<<<', '>>>', 100);
      let found: Buffer | null = null;
      for (let at = 0; at < stream.length; at += size) found = section.push(stream.subarray(at, at + size));
      expect(text(found)).toBe('PATH=/bin');
    }
  });

  it('is not misled by an echo of the command that prints the marks', () => {
    const section = new MarkedSection('BEGIN', 'END', 100);
    expect(text(section.push(Buffer.from('+ echo BEGIN; env; echo END\nBEGIN\nA=1\0END\n')))).toBe('A=1\0');
  });

  it('ignores megabytes of binary noise', () => {
    const section = new MarkedSection('BEGIN', 'END', 100);
    for (let round = 0; round < 100; round++) expect(section.push(randomBytes(64 * 1024))).toBeNull();
    section.push(Buffer.from('BEGIN\nA=1'));
    expect(text(section.push(Buffer.from('END')))).toBe('A=1');
  });

  it('does not return a section that is too long', () => {
    const section = new MarkedSection('BEGIN', 'END', 10);
    expect(section.push(Buffer.from(`BEGIN\n${'x'.repeat(11)}`))).toBeNull();
    expect(section.push(Buffer.from('x'.repeat(100)))).toBeNull();
    expect(section.push(Buffer.from('END'))).toBeNull();
  });
});
