import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { resolveAppPaths } from '../../electron/core/config/app-paths.ts';
import { agentLabel } from '../../electron/cli/service-files.ts';
import { caskOf, macFolders } from './cask.mjs';

const template = readFileSync(path.join(import.meta.dirname, 'cask.rb.template'), 'utf8');
const values = {
  version: '1.2.3',
  home: 'https://example.org/ann/localport',
  sha256Arm64: 'a1',
  sha256X64: 'b2',
};

it('names the release, its checksums, and the command', () => {
  const cask = caskOf(template, values);
  expect(cask).toContain('version "1.2.3"');
  expect(cask).toContain('sha256 arm:   "a1",\n         intel: "b2"');
  expect(cask).toContain(
    'url "https://example.org/ann/localport/releases/download/v#{version}/LocalPort-#{version}-mac-#{arch}.dmg"',
  );
  expect(cask).toContain('Contents/Resources/bin/localport"');
  expect(cask).not.toContain('{{');
});

it('removes every folder that LocalPort keeps on a Mac, and the agent', () => {
  const paths = resolveAppPaths({ platform: 'darwin', env: {}, homeDirectory: '~', uid: 501 });
  const kept = [paths.stateDirectory, paths.logDirectory, path.dirname(paths.defaultConfigPath)];
  expect(macFolders).toEqual(expect.arrayContaining(kept));
  expect(macFolders).toContain(`~/Library/LaunchAgents/${agentLabel}.plist`);
  expect(caskOf(template, values)).toContain(`launchctl: "${agentLabel}"`);
});

it('refuses a template with unknown values', () => {
  expect(() => caskOf('{{unknown}}', values)).toThrow('asks for unknown');
});
