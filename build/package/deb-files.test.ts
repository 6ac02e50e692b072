import { expect, it } from 'vitest';
import { controlFile, desktopFile } from './deb-files.mjs';

it('describes the package as dpkg requires', () => {
  const control = controlFile({
    packageName: 'localport',
    productName: 'LocalPort',
    version: '1.1.0-beta.1',
    arch: 'arm64',
    author: 'The LocalPort developers',
    description: 'Keeps your port-forwards alive.',
    installedKib: 300_000,
  });
  expect(control).toContain('Package: localport\nVersion: 1.1.0~beta.1\nArchitecture: arm64\n');
  expect(control).toMatch(/\nDescription: Keeps port forwards alive\n Keeps your port-forwards alive\.\n$/);
});

it('makes the desktop start the app, not the command, and pass it links', () => {
  const entry = desktopFile({
    productName: 'LocalPort',
    installFolder: '/opt/LocalPort',
    packageName: 'localport',
  });
  expect(entry).toContain('Exec="/opt/LocalPort/localport" %u\n');
  expect(entry).toContain('MimeType=x-scheme-handler/localport;\n');
});
