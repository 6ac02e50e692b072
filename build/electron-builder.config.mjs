// How the app is packaged. It consists of the bundles in dist/: there are no node_modules inside.
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { namesOf, releasePlace } from './package/build-kind.mjs';
import { readPackageJson } from './paths.mjs';

// A workflow passes a missing secret as an empty string, which electron-builder would take for a file.
const secrets = ['CSC_LINK', 'CSC_KEY_PASSWORD', 'APPLE_API_KEY', 'APPLE_API_KEY_ID', 'APPLE_API_ISSUER'];
for (const name of secrets.filter((secret) => process.env[secret] === ''))
  Reflect.deleteProperty(process.env, name);

// Without a certificate the app gets an ad hoc signature, which works on the machine that built it. The hardened
// runtime then stays off: it would reject Electron's own libraries, whose ad hoc signatures name no team.
const hasCertificate = Boolean(process.env.CSC_LINK || process.env.CSC_NAME);

const packageJson = readPackageJson();

/** @param {import('./package/build-kind.mjs').BuildKind} kind @returns {import('electron-builder').Configuration} */
export const builderConfig = (kind) => {
  const { productName, artifact, folder } = namesOf(kind, packageJson.productName);
  return {
    appId: 'dev.localport.app',
    productName,
    copyright: 'MIT license, the LocalPort developers',
    directories: { output: `dist/${folder}`, buildResources: 'build' },
    files: [
      'dist/*.cjs',
      'dist/start.mjs',
      'dist/renderer/**',
      'dist/icons/**',
      'dist/docs/**',
      'dist/*.txt',
      '!**/*.map',
      'package.json',
    ],
    // Runs the command and the daemon in the app's own runtime.
    extraMetadata: { main: 'dist/start.mjs', productName },
    extraResources: [{ from: 'build/bin', to: 'bin' }],
    // For links: localport://on/NAME. On Linux they become the MimeType of the desktop entry.
    protocols: [{ name: 'LocalPort', schemes: ['localport'], role: 'Viewer' }],
    asar: true,
    npmRebuild: false,
    artifactName: `${artifact}-\${version}-\${os}-\${arch}.\${ext}`,
    // The Electron of the npm registry has a loader in place of the default app.
    afterExtract: ({ appOutDir }) =>
      rm(path.join(appOutDir, 'resources', 'app'), { recursive: true, force: true }),
    electronFuses: {
      // No environment variable or argument may turn the app into a plain Node.
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      // The popover keeps no cookies. Their key would be an entry in the keychain, and macOS would ask about it after
      // each update of an app with an ad hoc signature.
      enableCookieEncryption: false,
      onlyLoadAppFromAsar: true,
      // Linux has no such check.
      enableEmbeddedAsarIntegrityValidation: process.platform === 'darwin',
      loadBrowserProcessSpecificV8Snapshot: false,
      // The popover is served by the app's own protocol.
      grantFileProtocolExtraPrivileges: false,
      resetAdHocDarwinSignature: !hasCertificate,
    },
    mac: {
      target: ['dmg', 'zip'].map((target) => ({ target, arch: ['arm64', 'x64'] })),
      category: 'public.app-category.developer-tools',
      icon: 'build/icons/icon.png',
      minimumSystemVersion: '13.0',
      ...(hasCertificate ? {} : { identity: '-' }),
      hardenedRuntime: hasCertificate,
      gatekeeperAssess: false,
      entitlements: 'build/entitlements/app.plist',
      entitlementsInherit: 'build/entitlements/app.plist',
      // From APPLE_ID, APPLE_APP_SPECIFIC_PASSWORD and APPLE_TEAM_ID, or APPLE_API_KEY, APPLE_API_KEY_ID and
      // APPLE_API_ISSUER.
      notarize: hasCertificate && Boolean(process.env.APPLE_ID || process.env.APPLE_API_KEY),
      extendInfo: {
        // A menu-bar app: no icon in the Dock, no menus.
        LSUIElement: true,
        // App Nap would stretch the timers that watch the tunnels. The user default is what turns it off
        // (electron/shell/app-nap.ts).
        NSAppSleepDisabled: true,
        LSAppNapIsDisabled: true,
        NSLocalNetworkUsageDescription:
          'LocalPort and the ssh and kubectl that it starts connect to servers in your local network.',
      },
    },
    dmg: { title: '${productName} ${version}' },
    // The static runtime, which needs no FUSE 2 on the machine.
    toolsets: { appimage: '1.0.3' },
    // An update replaces the file: with one name for all versions, links to it stay valid.
    appImage: { artifactName: `${artifact}-\${arch}.\${ext}` },
    publish: publishConfig(),
    linux: {
      // package/deb.mjs builds the Debian package.
      target: ['dir', 'AppImage'],
      category: 'Development',
      icon: 'build/icons/linux',
      executableName: 'localport',
      synopsis: 'Keeps port forwards alive',
    },
  };
};

/** Where the app looks for updates. Without a location, as in a checkout that names no repository, it does not look.
 * @returns {NonNullable<import('electron-builder').Configuration['publish']> | null} */
const publishConfig = () => {
  const place = releasePlace(packageJson, process.env.GITHUB_REPOSITORY);
  return place === null ? null : { provider: 'github', releaseType: 'draft', ...place };
};
