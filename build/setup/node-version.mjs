// Imported first by every script: older versions of Node lack features that the other modules use while they load.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`LocalPort needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}
