// The app inside the Electron that came from the npm registry. That Electron lacks the default app, which makes
// `electron <folder or script>` work; this stands in for it: the first argument that is no option is loaded, and
// gets the name, version and path that it would have if it were installed.
const fs = require('node:fs');
const path = require('node:path');
const { app } = require('electron');

const argument = process.argv.slice(1).find((value) => !value.startsWith('-'));
if (argument === undefined) {
  console.error('usage: electron <folder or script> [arguments]');
  process.exit(2);
}
const target = path.resolve(argument);
const isFolder = fs.statSync(target).isDirectory();
if (isFolder) {
  const fields = JSON.parse(fs.readFileSync(path.join(target, 'package.json'), 'utf8'));
  app.setName(fields.productName ?? fields.name);
  // Both are what Electron's own default app calls; its type declarations leave them out.
  const hidden = /** @type {{ setVersion(version: string): void, setDesktopName(name: string): void }} */ (
    /** @type {unknown} */ (app)
  );
  hidden.setVersion(fields.version);
  hidden.setDesktopName(`${fields.name}.desktop`);
}
/** @type {{ setAppPath(folder: string): void }} */ (/** @type {unknown} */ (app)).setAppPath(
  isFolder ? target : path.dirname(target),
);
Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true });
require(target);
