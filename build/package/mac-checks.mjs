// The rules for a packaged Mac app, checked against the output of the system's own tools. Pure.

/** @typedef {{ readonly code: number | null, readonly output: string }} Said */
/** @typedef {{ readonly isNotarized: boolean, readonly version: string, readonly electron: string }} Wanted
 * electron: the version in package.json. */
/** @typedef {{ readonly codesign: Said, readonly spctl: Said, readonly stapler: Said, readonly infoPlist: Record<string, unknown>,
 *   readonly electron: unknown, readonly fuses: Readonly<Record<string, boolean>> }} Findings
 * codesign: `codesign --verify --deep --strict APP`. spctl: `spctl --assess --type execute APP`. stapler: `stapler validate APP`.
 * electron: CFBundleVersion of the Electron Framework. */

/** What a fuse has to be; see electron-builder.config.mjs.
 * @type {Readonly<Record<string, boolean>>} */
const wantedFuses = {
  RunAsNode: false,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  GrantFileProtocolExtraPrivileges: false,
};

/** @param {Wanted} wanted @returns {Readonly<Record<string, unknown>>} */
const wantedKeys = ({ version }) => ({
  CFBundleIdentifier: 'dev.localport.app',
  CFBundleShortVersionString: version,
  LSUIElement: true,
  LSMinimumSystemVersion: '13.0',
});

/** @param {string} what @param {Said} said @returns {readonly string[]} */
const refused = (what, { code, output }) =>
  code === 0 ? [] : [`${what} refuses it (exit code ${code}): ${output.trim()}`];

/** @param {Findings} findings @param {Wanted} wanted @returns {readonly string[]} what is wrong, in sentences */
export const macComplaints = (findings, wanted) => {
  const { codesign, spctl, stapler, infoPlist, electron, fuses } = findings;
  const keys = Object.entries(wantedKeys(wanted)).flatMap(([key, value]) =>
    infoPlist[key] === value
      ? []
      : [`Info.plist: ${key} is ${JSON.stringify(infoPlist[key])}, expected ${JSON.stringify(value)}`],
  );
  const usage = infoPlist['NSLocalNetworkUsageDescription'];
  const wrongFuses = Object.entries(wantedFuses).flatMap(([fuse, value]) =>
    fuses[fuse] === value ? [] : [`the fuse ${fuse} is ${fuses[fuse]}, expected ${value}`],
  );
  return [
    ...refused('codesign', codesign),
    // Gatekeeper knows an app only by a certificate, and accepts it only once it is notarized.
    ...(wanted.isNotarized ? [...refused('spctl', spctl), ...refused('stapler', stapler)] : []),
    ...keys,
    ...(typeof usage === 'string' && usage !== ''
      ? []
      : ['Info.plist: NSLocalNetworkUsageDescription is missing']),
    ...wrongFuses,
    ...(electron === wanted.electron
      ? []
      : [`it holds Electron ${String(electron)}, and package.json has ${wanted.electron}`]),
  ];
};
