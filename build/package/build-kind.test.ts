import { describe, expect, it } from 'vitest';
import { buildKind, namesOf, releasePlace } from './build-kind.mjs';

describe('a build', () => {
  it('with the Electron of package.json is a release', () => {
    expect(buildKind({ wanted: '45.4.1', found: '45.4.1', mustRelease: true })).toEqual({
      ok: true,
      value: { kind: 'release' },
    });
    expect(namesOf({ kind: 'release' }, 'LocalPort')).toEqual({
      productName: 'LocalPort',
      artifact: 'LocalPort',
      folder: 'package',
    });
  });

  it('with another one is for tests, and its name and folder say so', () => {
    const built = buildKind({ wanted: '45.4.1', found: '33.2.1', mustRelease: false });
    expect(built).toEqual({
      ok: true,
      value: { kind: 'for-tests', why: 'package.json has Electron 45.4.1, and this machine has 33.2.1' },
    });
    expect(namesOf({ kind: 'for-tests', why: '' }, 'LocalPort')).toEqual({
      productName: 'LocalPort for tests',
      artifact: 'LocalPort-for-tests',
      folder: 'package-for-tests',
    });
  });

  it('with another one is refused if a release is required', () => {
    expect(buildKind({ wanted: '45.4.1', found: '45.4.0', mustRelease: true })).toEqual({
      ok: false,
      error: 'No release is built: package.json has Electron 45.4.1, and this machine has 45.4.0.',
    });
  });
});

it.each([
  [{ repository: 'github:ann/localport' }, undefined, { owner: 'ann', repo: 'localport' }],
  [
    { repository: { url: 'git+https://example.org/ann/local.port.git' } },
    'bob/x',
    { owner: 'ann', repo: 'local.port' },
  ],
  [{}, 'ann/localport', { owner: 'ann', repo: 'localport' }],
  [{}, undefined, null],
  [{}, '', null],
])('finds the releases of %j in %s', (packageJson, workflow, expected) => {
  expect(releasePlace(packageJson, workflow)).toEqual(expected);
});
