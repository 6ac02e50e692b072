import { describe, expect, it } from 'vitest';
import { LineSplitter, maxLineLength } from './line-splitter.ts';

function linesOf(splitter: LineSplitter): string[] {
  const lines: string[] = [];
  for (let line = splitter.next(); line !== null; line = splitter.next()) lines.push(line);
  return lines;
}

function split(chunks: readonly (string | Buffer)[]): string[] {
  const splitter = new LineSplitter();
  const lines = chunks.flatMap((chunk) => {
    splitter.push(Buffer.from(chunk));
    return linesOf(splitter);
  });
  splitter.end();
  return [...lines, ...linesOf(splitter)];
}

describe('LineSplitter', () => {
  it('joins a line that comes in pieces', () => {
    expect(split(['Forwarding from ', '127.0.0.1:80', '80\nnext\n'])).toEqual([
      'Forwarding from 127.0.0.1:8080',
      'next',
    ]);
  });

  it('accepts both line ends, also when split over two chunks, and leaves out empty lines', () => {
    expect(split(['one\r', '\ntwo\n\n\r\n', '\n\nthree\r\n'])).toEqual(['one', 'two', 'three']);
  });

  it('delivers the text after the last line end', () => {
    expect(split(['whole\nhalf'])).toEqual(['whole', 'half']);
  });

  it('preserves a character that is split over two chunks', () => {
    const bytes = Buffer.from('größe\n');
    expect(split([bytes.subarray(0, 3), bytes.subarray(3)])).toEqual(['größe']);
  });

  it('cuts an endless line and continues after it', () => {
    const lines = split([...Array<string>(10).fill('x'.repeat(4_000)), '\nlast\n']);
    expect(lines.map((line) => line.length)).toEqual([maxLineLength, 4]);
    expect(lines[1]).toBe('last');
  });

  it('keeps lines that have not been taken when more come', () => {
    const splitter = new LineSplitter();
    splitter.push(Buffer.from('one\ntwo\nthr'));
    expect(splitter.next()).toBe('one');
    splitter.push(Buffer.from('ee\nfour\n'));
    expect(linesOf(splitter)).toEqual(['two', 'three', 'four']);
  });
});
