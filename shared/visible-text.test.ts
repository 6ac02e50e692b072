import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstUnseen, visibleLine, visibleText } from './visible-text.ts';

/** Any code point, including lone surrogates; half of them are low ones, which are mostly controls. */
const unit = fc
  .oneof(fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0, max: 0x10_ffff }))
  .map((point) => String.fromCodePoint(point));
const anyText = fc.string({ unit, maxLength: 40 });

describe('text that is made visible', () => {
  it.each([
    ['plain words, ümlauts, 漢字, עברית, e\u0301', 'plain words, ümlauts, 漢字, עברית, e\u0301'],
    ['\u001b]52;c;YQ==\u0007', String.raw`\u001b]52;c;YQ==\u0007`],
    ['\u009b2J\u007f\u0000', String.raw`\u009b2J\u007f\u0000`],
    ['a\u202eb\u2066c\u200fd', String.raw`a\u202eb\u2066c\u200fd`],
    ['a\u2028b\u2029c', String.raw`a\u2028b\u2029c`],
    ['a\u200bb\ufeffc\u00add\u3164e', String.raw`a\u200bb\ufeffc\u00add\u3164e`],
    ['a\u{e0041}b\ud800', String.raw`a\udb40\udc41b\ud800`],
    ['👩\u200d💻 ⚠\ufe0f 1\ufe0f\u20e3 🏳\ufe0f\u200d🌈', '👩\u200d💻 ⚠\ufe0f 1\ufe0f\u20e3 🏳\ufe0f\u200d🌈'],
    ['a\u200db 1\ufe0f a\ufe0f', String.raw`a\u200db 1\ufe0f a\ufe0f`],
    ['one\r\ntwo\tthree', String.raw`one\r\ntwo three`],
  ])('turns the line %j into %j', (text, shown) => {
    expect(visibleLine(text)).toBe(shown);
  });

  it('keeps line feeds and tabs in multi-line text', () => {
    expect(visibleText('a\n\tb\r\u001b')).toBe('a\n\tb\\r\\u001b');
  });

  it('names the first invisible character', () => {
    expect(firstUnseen('db')).toBeNull();
    expect(firstUnseen('👩\u200d💻')).toBeNull();
    expect(firstUnseen('d\u200bb\u0007')).toBe(String.raw`\u200b`);
    expect(firstUnseen('d\nb')).toBe(String.raw`\n`);
  });

  it('does not change when made visible again, and contains no control characters', () => {
    fc.assert(
      fc.property(anyText, (any) => {
        const shown = visibleLine(any);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
        expect(visibleLine(shown)).toBe(shown);
      }),
    );
  });

  it('preserves the meaning of JSON', () => {
    fc.assert(
      fc.property(anyText, (any) => {
        const value = { [any]: any };
        expect(JSON.parse(visibleText(JSON.stringify(value, null, 2)))).toEqual(value);
      }),
    );
  });
});
