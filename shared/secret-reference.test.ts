import { describe, expect, it } from 'vitest';
import { parseSecretReference, secretReferenceFault } from './secret-reference.ts';

describe('a password of the config', () => {
  it.each([
    ['keychain:bastion', { kind: 'keychain', name: 'bastion' }],
    ['keychain:me@db.eu-1/ro', { kind: 'keychain', name: 'me@db.eu-1/ro' }],
    ['op://Private/My bastion/password', { kind: 'op', place: 'op://Private/My bastion/password' }],
    ['op://v/i/section/field', { kind: 'op', place: 'op://v/i/section/field' }],
  ])('%j is a reference', (text, reference) => {
    expect(parseSecretReference(text)).toEqual(reference);
  });

  it.each(['hush', '', 'Keychain:x', 'my keychain:x', 'op:/x/y/z'])('%j is the password itself', (text) => {
    expect(parseSecretReference(text)).toBeNull();
    expect(secretReferenceFault(text)).toBeNull();
  });

  it.each(['keychain:', 'keychain:-w', 'keychain:a b', 'keychain:a\nb', `keychain:${'a'.repeat(101)}`])(
    '%j names no secret',
    (text) => {
      expect(parseSecretReference(text)).toBeNull();
      expect(secretReferenceFault(text)).toContain('write keychain:NAME');
    },
  );

  it.each(['op://', 'op://vault', 'op://vault/item', 'op://vault//field', 'op://v/i/f\n'])(
    '%j is no reference of 1Password',
    (text) => {
      expect(parseSecretReference(text)).toBeNull();
      expect(secretReferenceFault(text)).toContain('write op://vault/item/field');
    },
  );
});
