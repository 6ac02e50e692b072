/** The facts that decide whether the privacy protection of macOS may block an access. */
import { homedir } from 'node:os';
import type { NetworkInterfaces } from '../wake/network-addresses.ts';
import { steadyInterfaces } from '../wake/network-interfaces.ts';
import { responsibleProgram } from './responsible-program.ts';

export interface MacPrivacy {
  readonly platform: NodeJS.Platform;
  readonly homeDirectory: string;
  /** The current interfaces. Cheap enough to call often. */
  readonly interfaces: () => NetworkInterfaces;
  /** The program that macOS asks the user to allow: `LocalPort`, `iTerm2`, `node`. */
  readonly program: string;
}

export const thisPrivacy: MacPrivacy = {
  platform: process.platform,
  homeDirectory: homedir(),
  interfaces: steadyInterfaces(),
  program: responsibleProgram(process),
};
