/**
 * Whether macOS runs a program from here today and not tomorrow. An app that was downloaded and not moved runs from a random
 * read-only folder (Gatekeeper's app translocation); a disk image and an external disk are in /Volumes, and need not be there at
 * login.
 */
export const isTransient = (file: string): boolean =>
  file.includes('/AppTranslocation/') || file.startsWith('/Volumes/');
