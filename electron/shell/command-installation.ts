import { homedir } from 'node:os';
import { runtimeOf } from '../core/install/app-runtime.ts';
import { installCommand, installedInWords } from '../core/install/command-link.ts';

/** The app's "Install Command". Resolves to a message for the user; rejects with one. */
export async function installCommandHere(): Promise<string> {
  const { platform } = process;
  const runtime = runtimeOf(process);
  // The PATH of a desktop session differs from that of the user's shells.
  const done = await installCommand({ platform, homeDirectory: homedir(), runtime, searchPath: null });
  if (!done.ok) throw new Error(done.error);
  return installedInWords(done.value).join('\n');
}
