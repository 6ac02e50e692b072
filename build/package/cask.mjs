// The cask with which Homebrew installs a release. Pure.

/** Everything that LocalPort may leave on a Mac, from a user's home on: config, state, logs, what Electron and the updater
 * keep, and the launch agent. */
export const macFolders = [
  '~/.config/localport',
  '~/Library/Application Support/LocalPort',
  '~/Library/Caches/dev.localport.app',
  '~/Library/Caches/dev.localport.app.ShipIt',
  '~/Library/Caches/localport-updater',
  '~/Library/HTTPStorages/dev.localport.app',
  '~/Library/LaunchAgents/dev.localport.daemon.plist',
  '~/Library/Logs/LocalPort',
  '~/Library/Preferences/dev.localport.app.plist',
  '~/Library/Saved Application State/dev.localport.app.savedState',
];

/** @typedef {{ readonly version: string, readonly home: string, readonly sha256Arm64: string,
 *   readonly sha256X64: string }} CaskValues  home: the URL of the repository */

/** @param {string} template with `{{NAME}}` for each value @param {CaskValues} values */
export const caskOf = (template, values) => {
  /** @type {Record<string, string>} */
  const all = { ...values, folders: macFolders.map((folder) => `    "${folder}",`).join('\n') };
  return template.replace(/\{\{(\w+)\}\}/g, (_, /** @type {string} */ name) => {
    const value = all[name];
    if (value === undefined) throw new Error(`the template of the cask asks for ${name}, which is not known`);
    return value;
  });
};
