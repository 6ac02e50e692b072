// The tools with which electron-builder makes an AppImage if it cannot download its own: Debian's mksquashfs, and a
// replacement for the AppImage runtime, which neither the npm registry nor Debian has. The replacement is a script that
// unpacks the image and starts it. So such an AppImage is for tests, and releases are built with the real runtime.
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cacheDir } from '../paths.mjs';

/** A multiple of the block size of squashfs tools, and longer than the script. */
const runtimeBytes = 4_096;

const standIn = `#!/bin/sh
# Stands in for the AppImage runtime, in builds for tests.
APPIMAGE=$(readlink -f -- "$0")
APPDIR=$(mktemp -d "\${TMPDIR:-/tmp}/appimage-XXXXXX")
export APPIMAGE APPDIR
[ "$1" = --appimage-extract-and-run ] && shift
unsquashfs -quiet -no-progress -force -offset ${runtimeBytes} -dest "$APPDIR" "$APPIMAGE" >/dev/null
"$APPDIR/AppRun" "$@"
code=$?
rm -rf "$APPDIR"
exit $code
`;

/** @returns {Promise<string>} a folder for APPIMAGE_TOOLS_PATH, laid out as electron-builder's own download
 * (app-builder-lib, toolsets/linux.js) */
export const standInTools = async () => {
  const folder = path.join(cacheDir, 'appimage-tools-for-tests');
  await rm(folder, { recursive: true, force: true });
  await mkdir(path.join(folder, 'lib/x64'), { recursive: true });
  await mkdir(path.join(folder, 'runtimes'));
  for (const tool of ['mksquashfs', 'desktop-file-validate'])
    await symlink(`/usr/bin/${tool}`, path.join(folder, tool));
  const runtime = path.join(folder, 'runtimes/runtime-x64');
  await writeFile(runtime, standIn.padEnd(runtimeBytes, '\n'));
  await chmod(runtime, 0o755);
  return folder;
};
