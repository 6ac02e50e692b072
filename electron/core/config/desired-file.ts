/** The file of the on/off choices and its backup: their format, and how damage is handled. */
import { readFile, rename, stat } from 'node:fs/promises';
import * as z from 'zod';
import { desiredSchema, type Desired } from '../../../shared/service-snapshot.ts';
import type { Logger } from '../observability/logger.ts';
import { NewerStateError, upToDate, type Upgrade } from '../files/state-version.ts';

/** Beyond this number, the oldest choice is forgotten. */
export const maxChoices = 1_000;
const maxFileBytes = 1024 * 1024;

/** The first version that was ever released is 1. */
const upgrades: readonly Upgrade[] = [(content) => content];

const fileSchema = z.object({
  version: z.literal(1),
  choices: z
    .array(z.object({ name: z.string().min(1), desired: desiredSchema, until: z.number().optional() }))
    .max(maxChoices),
});

export interface Choice {
  readonly desired: Desired;
  /** Valid until this time, in epoch ms; after that the opposite holds. */
  readonly until?: number;
}

type Choices = Map<string, Choice>;

export type UnreadableChoices = 'damaged' | 'newer';

export interface LoadedChoices {
  readonly choices: Choices;
  /** There are choices, but they cannot be read: damaged, or written by a newer LocalPort, whose files stay unchanged. */
  readonly unreadable: UnreadableChoices | null;
  /** Both files exist with the same content, or neither was ever written. */
  readonly isComplete: boolean;
}

/** The backup, written after the file itself: one of the two is complete at every moment. */
export const twinOf = (path: string): string => `${path}.backup`;

export function choicesText(choices: ReadonlyMap<string, Choice>): string {
  const entries = [...choices].map(([name, choice]) => ({ name, ...choice }));
  const content: z.infer<typeof fileSchema> = { version: 1, choices: entries };
  return `${JSON.stringify(content, null, 2)}\n`;
}

type Read =
  | { readonly kind: 'whole'; readonly choices: Choices }
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged' | 'newer'; readonly why: string };

/** Never rejects. A damaged file is moved aside. */
export async function loadChoices(path: string, log: Logger): Promise<LoadedChoices> {
  const [file, twin] = await Promise.all([readChoices(path), readChoices(twinOf(path))]);
  for (const read of [file, twin]) {
    if (read.kind !== 'newer') continue;
    log.error(`the on/off choices in ${path} are neither used nor changed: ${read.why}`);
    return { choices: new Map(), unreadable: 'newer', isComplete: true };
  }
  if (file.kind === 'damaged') await moveAside(path, log, file.why);
  if (file.kind === 'whole')
    return {
      choices: file.choices,
      unreadable: null,
      isComplete: twin.kind === 'whole' && isSame(file, twin),
    };
  if (twin.kind === 'whole') {
    log.warn(`the on/off choices were taken from ${twinOf(path)}`);
    return { choices: twin.choices, unreadable: null, isComplete: false };
  }
  if (twin.kind === 'damaged') await moveAside(twinOf(path), log, twin.why);
  const isLost = file.kind === 'damaged' || twin.kind === 'damaged';
  if (isLost) log.error('the on/off choices are lost: every service that the config has now is turned off');
  return { choices: new Map(), unreadable: isLost ? 'damaged' : null, isComplete: !isLost };
}

type Whole = Extract<Read, { kind: 'whole' }>;

/** A crash between the two writes leaves the backup one choice behind. */
const isSame = (file: Whole, twin: Whole): boolean => choicesText(file.choices) === choicesText(twin.choices);

async function readChoices(path: string): Promise<Read> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) throw new Error('not a regular file');
    if (stats.size > maxFileBytes) throw new Error(`${stats.size} bytes are more than ${maxFileBytes}`);
    const { choices } = fileSchema.parse(upToDate(JSON.parse(await readFile(path, 'utf8')), upgrades));
    return {
      kind: 'whole',
      choices: new Map(
        choices.map(({ name, desired, until }) => [
          name,
          until === undefined ? { desired } : { desired, until },
        ]),
      ),
    };
  } catch (error) {
    if (error instanceof NewerStateError) return { kind: 'newer', why: error.message };
    const { code = '' } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? { kind: 'missing' }
      : { kind: 'damaged', why: describe(error) };
  }
}

async function moveAside(path: string, log: Logger, why: string): Promise<void> {
  const aside = `${path}.corrupt`;
  try {
    await rename(path, aside);
    log.warn(`the on/off choices in ${path} could not be read and were moved to ${aside}: ${why}`);
  } catch (error) {
    log.warn(`the on/off choices in ${path} could not be read: ${why} (${describe(error)})`);
  }
}

const describe = (error: unknown): string =>
  error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
