import { describe, expect, it, test } from 'vitest';
import { linkIn, parseAppLink } from './app-link.ts';

const turn = (desired: 'on' | 'off', name: string, of: 'service' | 'tag' = 'service') => ({
  ok: true,
  value: { kind: 'turn', desired, of, name },
});

describe('a link', () => {
  it.each(['localport://open', 'localport://open/', 'LOCALPORT://Open'])('%s shows the popover', (text) => {
    expect(parseAppLink(text)).toEqual({ ok: true, value: { kind: 'open' } });
  });

  it.each([
    ['localport://on/postgres', turn('on', 'postgres')],
    ['localport://off/postgres', turn('off', 'postgres')],
    ['localport://ON/Postgres', turn('on', 'Postgres')],
    // cspell:ignore Fread
    ['localport://on/my%20db%2Fread', turn('on', 'my db/read')],
    ['localport://on/%D7%A9%D7%A8%D7%AA', turn('on', 'שרת')],
    ['localport://on/100%25', turn('on', '100%')],
    ['localport://on/tag', turn('on', 'tag')],
    ['localport://off/tag/database', turn('off', 'database', 'tag')],
    [`localport://on/${'%F0%9F%98%80'.repeat(100)}`, turn('on', '😀'.repeat(100))],
  ])('%s names what to turn on or off', (text, expected) => {
    expect(parseAppLink(text)).toEqual(expected);
  });
});

describe('is refused:', () => {
  it.each([
    ['another word', 'localport://quit', /does not know/],
    ['nothing at all', 'localport:', /does not know/],
    ['another scheme', 'https://localport/on/db', /does not know/],
    ['the scheme of the page', 'localport-app://popover/index.html', /does not know/],
    ['a query', 'localport://on/db?force=1', /does not know/],
    ['a fragment', 'localport://on/db#x', /does not know/],
    ['a path that goes on', 'localport://on/a/b', /does not know/],
    ['a path behind open', 'localport://open/db', /does not know/],
    ['a port', 'localport://on:80/db', /does not know/],
    ['a user', 'localport://me@on/db', /does not know/],
    ['line feeds', 'localport://on/db\nlocalport://on/other', /does not know|cannot be read/],
    ['no name', 'localport://on/', /does not name a forward/],
    ['no name of a tag', 'localport://on/tag/', /does not name a forward/],
    ['half an escape', 'localport://on/a%2', /cannot be read/],
    ['bytes that are no UTF-8', 'localport://on/%ff%fe', /cannot be read/],
    ['a null byte', 'localport://on/db%00', /cannot be read/],
    ['a control sequence', 'localport://on/%1b%5b31mdb', /cannot be read/],
    ['a name that no config may have', `localport://on/${'a'.repeat(201)}`, /cannot be read/],
    ['a text without end', `localport://on/${'a'.repeat(100_000)}`, /too long/],
  ])('%s', (_what, text, why) => {
    const refused = parseAppLink(text);
    expect(refused).toMatchObject({ ok: false });
    expect(refused.ok ? '' : refused.error).toMatch(why);
  });
});

test('a link is found among command-line arguments', () => {
  expect(linkIn(['/usr/bin/localport', '--no-sandbox', 'localport://open', 'localport://on/db'])).toBe(
    'localport://open',
  );
  expect(linkIn(['/usr/bin/localport', '--config=localport://open', 'localport.yaml'])).toBeNull();
});
