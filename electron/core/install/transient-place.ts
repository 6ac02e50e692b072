/**
 * Whether a program may be gone from this path tomorrow. On macOS, a downloaded app that was not moved runs from a random
 * read-only folder (Gatekeeper's app translocation); disk images and external disks are in /Volumes, and may be missing at
 * login.
 */
export const isTransient = (file: string): boolean =>
  file.includes('/AppTranslocation/') || file.startsWith('/Volumes/');
