/** What to do where macOS keeps a program out of a folder; no full stop. */
export const allowFolder = (program: string): string =>
  `Allow ${program} in System Settings › Privacy & Security › Files and Folders, or move the file elsewhere, such as to ~/.config`;
