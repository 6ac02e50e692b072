/** What to do if macOS denies a program access to a folder; no final period. */
export const allowFolder = (program: string): string =>
  `Allow ${program} in System Settings › Privacy & Security › Files and Folders, or move the file elsewhere, such as to ~/.config`;
