/**
 * The user's on/off choices, in a state file of the app's own: their YAML is never written. Without a choice, `enabled` in
 * the config decides. A choice is kept while its service is out of the config, so that it is remembered when it comes back.
 */
import { readFile, rename, stat } from 'node:fs/promises';
import * as z from 'zod';
import type { Desired } from '../../../shared/service-snapshot.ts';
import { desiredSchema } from '../../../shared/service-snapshot.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { Logger } from '../observability/logger.ts';
import { writeFileAtomically } from './atomic-file.ts';

/** Past this many, the choice that was made longest ago is forgotten. */
const maxChoices = 1_000;
const maxFileBytes = 1024 * 1024;

const fileSchema = z.object({
  version: z.literal(1),
  choices: z.array(z.object({ name: z.string().min(1), desired: desiredSchema })).max(maxChoices),
});

export interface DesiredStore {
  /** The user's choice, else what the config says. */
  desiredOf(spec: Pick<ServiceSpec, 'name' | 'enabled'>): Desired;
  /** Remembers a choice at once, and writes it in the background. */
  set(name: string, desired: Desired): void;
  /** Resolves when everything set so far is on disk, or could not be written, which is logged. Never rejects. */
  flush(): Promise<void>;
}

/** Reads the choices. A file that cannot be read as such is moved aside, to `….corrupt`, and none is known then. */
export async function openDesiredStore(path: string, log: Logger): Promise<DesiredStore> {
  const choices = await readChoices(path, log);
  let isWritten = true;
  let writing: Promise<void> | null = null;

  const write = async (): Promise<void> => {
    while (!isWritten) {
      isWritten = true;
      const entries = [...choices].map(([name, desired]) => ({ name, desired }));
      const content: z.infer<typeof fileSchema> = { version: 1, choices: entries };
      try {
        await writeFileAtomically(path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, sync: true });
      } catch (error) {
        log.error(`the on/off choices could not be written to ${path}: ${describe(error)}`);
        isWritten = false;
        return;
      }
    }
  };
  const flush = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = null;
    });
    return writing;
  };

  return {
    desiredOf: ({ name, enabled }) => choices.get(name) ?? (enabled ? 'on' : 'off'),
    set: (name, desired) => {
      choices.delete(name);
      choices.set(name, desired);
      const [oldest] = choices.size > maxChoices ? choices.keys() : [];
      if (oldest !== undefined) choices.delete(oldest);
      isWritten = false;
      void flush();
    },
    flush,
  };
}

async function readChoices(path: string, log: Logger): Promise<Map<string, Desired>> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) throw new Error('not a regular file');
    if (stats.size > maxFileBytes) throw new Error(`${stats.size} bytes are more than ${maxFileBytes}`);
    const { choices } = fileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    return new Map(choices.map(({ name, desired }) => [name, desired]));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      await moveAside(path, log, error);
    return new Map();
  }
}

async function moveAside(path: string, log: Logger, reason: unknown): Promise<void> {
  const aside = `${path}.corrupt`;
  try {
    await rename(path, aside);
    log.warn(
      `the on/off choices in ${path} could not be read and were moved to ${aside}: ${describe(reason)}`,
    );
  } catch (error) {
    log.warn(`the on/off choices in ${path} could not be read: ${describe(error)}`);
  }
}

const describe = (error: unknown): string =>
  error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
