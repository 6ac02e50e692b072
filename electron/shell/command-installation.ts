import { homedir } from 'node:os';
import { runtimeOf } from '../core/install/app-runtime.ts';
import { installCommand, installedInWords } from '../core/install/command-link.ts';

/** "Install Command" of the app. Resolves to a message for the user; rejects with one. */
export async function installCommandHere(): Promise<string> {
  const { platform } = process;
  const runtime = runtimeOf(process);
  // A desktop's PATH is not the one of the user's shells.
  const done = await installCommand({ platform, homeDirectory: homedir(), runtime, searchPath: null });
  if (!done.ok) throw new Error(done.error);
  return installedInWords(done.value).join('\n');
}
