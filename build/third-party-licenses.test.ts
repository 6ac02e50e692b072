import { expect, it } from 'vitest';
import { licenseByName, licenseSectionOf } from './third-party-licenses.mjs';

it('finds the license in a README, up to the next heading of its level', () => {
  const readme = '# tool\n\n## License\n\nCopyright (c) 2014 A\n\n### Terms\n\nfree\n\n## Thanks\n\nto all\n';
  expect(licenseSectionOf(readme)).toBe('Copyright (c) 2014 A\n\n### Terms\n\nfree');
});

it('finds nothing if there is none', () => {
  expect(licenseSectionOf('# tool\n\nIts license is unusual.\n')).toBe('');
});

it('writes out the MIT license for an author who only named it, and does not guess in other cases', () => {
  expect(licenseByName({ license: 'MIT', author: 'Ann' })).toMatch(
    /^Copyright \(c\) Ann\n\nPermission is hereby granted/,
  );
  expect(licenseByName({ license: 'MIT' })).toBe('');
  expect(licenseByName({ license: 'ISC', author: 'Ann' })).toBe('');
});
