import { expect, it } from 'vitest';
import { licenceByName, licenceSectionOf } from './third-party-licences.mjs';

it('finds the license in a README, up to the next heading of its level', () => {
  const readme = '# tool\n\n## License\n\nCopyright (c) 2014 A\n\n### Terms\n\nfree\n\n## Thanks\n\nto all\n';
  expect(licenceSectionOf(readme)).toBe('Copyright (c) 2014 A\n\n### Terms\n\nfree');
});

it('finds nothing if there is none', () => {
  expect(licenceSectionOf('# tool\n\nIts license is unusual.\n')).toBe('');
});

it('writes out the MIT license for an author who only named it, and does not guess in other cases', () => {
  expect(licenceByName({ license: 'MIT', author: 'Ann' })).toMatch(
    /^Copyright \(c\) Ann\n\nPermission is hereby granted/,
  );
  expect(licenceByName({ license: 'MIT' })).toBe('');
  expect(licenceByName({ license: 'ISC', author: 'Ann' })).toBe('');
});
