import { expect, it } from 'vitest';
import { complaintsOf, loadText, sshConfig } from './testing/config-text.ts';

const withPasswords = (ofLogin: string, ofCheck: string): string =>
  sshConfig().replace('{host: bastion}', `{host: bastion, password: ${ofLogin}}`) +
  `    health_check: {type: redis, config: {password: ${ofCheck}}}\n`;

const advice =
  'is in plain text in the config file, and so in every backup and commit of it: run localport secret set NAME and write keychain:NAME, or write ${NAME}';

it('warns about each password in the file, without showing it', () => {
  expect(complaintsOf(withPasswords('hush', '"${CACHE:hash}"'))).toEqual([
    `warning services[0].connection.password: ${advice} (localport.yaml:6)`,
    `warning services[0].health_check.config.password: ${advice} (localport.yaml:7)`,
  ]);
});

it('does not warn about variables or references, and does not treat references as secrets', () => {
  const text = withPasswords('keychain:bastion', '"${CACHE}"');
  expect(complaintsOf(text, { CACHE: 'hash' })).toEqual([]);
  expect(loadText(text, { CACHE: 'hash' }).secrets).toEqual(['hash']);
  expect(complaintsOf(withPasswords('op://v/i/f', 'keychain:cache'))).toEqual([]);
});

it('describes the format of a reference', () => {
  expect(complaintsOf(withPasswords('"keychain:"', 'op://v'))).toEqual([
    'error services[0].connection.password: has no name after keychain: write keychain:NAME, as in localport secret set NAME (localport.yaml:6)',
    'error services[0].health_check.config.password: is not a complete op:// reference: write op://vault/item/field (localport.yaml:7)',
  ]);
});
