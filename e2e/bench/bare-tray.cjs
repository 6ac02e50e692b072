// Electron's own share: an app with an icon in the panel, and nothing else.
const { app, nativeImage, Tray } = require('electron');

/** Kept, or the icon would go with the garbage.
 * @type {import('electron').Tray[]} */
const trays = [];

void app.whenReady().then(() => {
  trays.push(new Tray(nativeImage.createEmpty()));
});
