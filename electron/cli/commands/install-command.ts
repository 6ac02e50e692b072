import { installCommand, installedInWords } from '../../core/install/command-link.ts';
import type { Action } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { exitCode } from '../exit-code.ts';
import { jsonLines } from '../output/json-lines.ts';

export const installCommandAction: Action = async (context) => {
  const { platform, homeDirectory, runtime, env } = context;
  const done = await installCommand({ platform, homeDirectory, runtime, searchPath: env['PATH'] ?? '' });
  if (!done.ok) throw new CommandFailure(done.error);
  if (context.format === 'json') context.print(...jsonLines(done.value));
  else {
    const [said = '', ...hints] = installedInWords(done.value);
    context.say(said);
    context.tell(...hints);
  }
  return exitCode.ok;
};
