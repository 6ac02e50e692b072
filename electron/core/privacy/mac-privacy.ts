/** What decides whether the privacy protection of macOS stands in the way. */
import { homedir } from 'node:os';
import type { NetworkInterfaces } from '../wake/network-addresses.ts';
import { steadyInterfaces } from '../wake/network-interfaces.ts';
import { responsibleProgram } from './responsible-program.ts';

export interface MacPrivacy {
  readonly platform: NodeJS.Platform;
  readonly homeDirectory: string;
  /** As they are now. May be asked often. */
  readonly interfaces: () => NetworkInterfaces;
  /** The program that macOS asks the user about: `LocalPort`, `iTerm2`, `node`. */
  readonly program: string;
}

export const thisPrivacy: MacPrivacy = {
  platform: process.platform,
  homeDirectory: homedir(),
  interfaces: steadyInterfaces(),
  program: responsibleProgram(process),
};
