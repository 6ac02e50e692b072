import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from './redaction.ts';

describe('redaction', () => {
  it.each<readonly [readonly string[], string, string]>([
    [['hunter2!'], 'user me with hunter2! (hunter2!)', 'user me with [hidden] ([hidden])'],
    [['p@ss w/rd'], 'https://h/?p=p%40ss%20w%2Frd', 'https://h/?p=[hidden]'],
    [['a"b\\c'], 'sent {"p":"a\\"b\\\\c"}', 'sent {"p":"[hidden]"}'],
    [['abcd', 'abcdef'], 'abcdef abcd', '[hidden] [hidden]'],
    [['(.*)$'], 'a (.*)$ b', 'a [hidden] b'],
    [['x'], 'x is in the text, x, and extra', '[hidden] is in the text, [hidden], and extra'],
    [[''], 'nothing to hide', 'nothing to hide'],
    [['line one\nline two'], 'got line one\nline two.', 'got [hidden].'],
  ])('hides the known secrets %j', (secrets, text, expected) => {
    expect(createRedactor(secrets)(text)).toBe(expected);
  });

  it.each([
    ['password=abc123 next', 'password=[hidden] next'],
    ['PGPASSWORD=abc psql', 'PGPASSWORD=[hidden] psql'],
    ['"client_secret": "a b c", "x": 1', '"client_secret": [hidden], "x": 1'],
    ['api-key: k1; rest', 'api-key: [hidden]; rest'],
    ['access_token=a&user=b', 'access_token=[hidden]&user=b'],
    ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer [hidden]'],
    ['authorization=Basic dXNlcjpwYXNz', 'authorization=Basic [hidden]'],
    ['Proxy-Authorization: Basic dXNl', 'Proxy-Authorization: Basic [hidden]'],
    ['sent bearer abcdefgh12345678', 'sent bearer [hidden]'],
    ['postgres://me:s3cret@db:5432/app', 'postgres://me:[hidden]@db:5432/app'],
    ['https://:tok@host/', 'https://:[hidden]@host/'],
    ['sshpass --password abc host', 'sshpass --password [hidden] host'],
    ['token eyJhbGciOiJI.eyJzdWIiOiIx.c2ln is old', 'token [hidden] is old'],
    ['key -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- done', 'key [hidden] done'],
    ['-----BEGIN PRIVATE KEY-----\nabc', '[hidden]'],
    ['{"access_token":"abc.def"}', '{"access_token":[hidden]}'],
    ['password: swordfish', 'password: [hidden]'],
    ['GET /?page=1&key=abc&sig=d', 'GET /?page=1&key=[hidden]&sig=[hidden]'],
    ['tool --api-key abc --out x', 'tool --api-key [hidden] --out x'],
    ['sent Basic dXNlcjpwYXNz', 'sent Basic [hidden]'],
  ])('hides the likely secret in %j', (text, expected) => {
    expect(createRedactor([])(text)).toBe(expected);
  });

  it.each([
    'Permission denied (publickey,password).',
    'bind [127.0.0.1]:8080: Address already in use',
    'connect to host db.example.com port 22: Connection refused',
    'https://db.example.com:8443/path?x=1 answered 200',
    'me@bastion → localhost:5432',
    'the token has expired',
    'invalid token: expired',
    'Error loading SSO Token: Token for x does not exist',
    'password: authentication failed for user "me"',
    'the server wants basic authentication',
    'http://127.0.0.1:8080/a@b',
    'Forwarding from 127.0.0.1:34567 -> 5432',
  ])('leaves %j unchanged', (text) => {
    expect(createRedactor(['secret-value'])(text)).toBe(text);
  });

  it('never passes a secret of four characters or more, wherever it occurs', () => {
    const secret = fc.string({ unit: 'binary', minLength: 4, maxLength: 30 });
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        const redacted = createRedactor([value])(`${before}${value}${after}`);
        // The surrounding text may happen to form the secret again.
        fc.pre(!`${before}[hidden]${after}`.includes(value));
        expect(redacted).not.toContain(value);
      }),
    );
  });

  it('takes only a moment for text that is crafted to be slow', () => {
    const redact = createRedactor([]);
    const texts = [
      'a',
      '-a',
      'a.',
      'eyJ-',
      'password',
      'bearer ',
      'Basic ',
      'token: a ',
      'a:',
      '-----BEGIN PRIVATE KEY-----',
      ' --token',
    ];
    const started = performance.now();
    for (const text of texts) redact(text.repeat((16 * 1024) / text.length));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
