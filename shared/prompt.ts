/** A question from a program on behalf of a service, which only the user can answer. */
import * as z from 'zod';
import { shellWord } from './shell-word.ts';

/** ssh reads at most 1,023 bytes from its askpass (readpass.c), including the line break. */
export const maxAnswerBytes = 1_000;

export const promptKindSchema = z.enum([
  /** The two kinds that recur: an answer that worked is kept until LocalPort quits. */
  'password',
  'passphrase',
  /** A one-time code or a PIN: prompted for each time. */
  'code',
  /** Nothing to type: a security key is waiting to be touched. */
  'touch',
  /** Nothing to type: a program is waiting for the user to sign in somewhere else, such as in a browser. */
  'sign-in',
  /** Yes or no. */
  'confirm',
]);
export type PromptKind = z.infer<typeof promptKindSchema>;

/** It takes no answer, and ends by itself. */
export const isNotice = (kind: PromptKind): boolean => kind === 'touch' || kind === 'sign-in';

export const isReusable = (kind: PromptKind): boolean => kind === 'password' || kind === 'passphrase';

/** Whether the answer may be stored in the keychain. `unavailable`: there is no keychain. */
const rememberSchema = z.enum(['offered', 'unavailable']);
export type Remember = z.infer<typeof rememberSchema>;

export const promptSchema = z
  .object({
    /** Unique to each prompt, and hard to guess. */
    id: z.string(),
    /** The services that are waiting for the answer. */
    services: z.array(z.string()).readonly(),
    /** What the prompt is for: a host, or a key file. */
    asker: z.string(),
    /** The question as worded by the program or by the server behind it. */
    words: z.string(),
    kind: promptKindSchema,
    /** The same question was just asked, and the answer was rejected. */
    isRepeated: z.boolean(),
    /** Absent: the answer is never stored. */
    remember: rememberSchema.optional(),
    /** The stored answer from the keychain was rejected and has been removed. */
    wasRemembered: z.boolean().optional(),
    since: z.number(),
  })
  .readonly();
export type Prompt = z.infer<typeof promptSchema>;

/** The command that relays this ssh host's prompts to the terminal, as shell words. */
export const loginCommand = (host: string): string => `localport ssh login ${shellWord(host)}`;

/** A user's answer: one line. */
export const answerSchema = z
  .string()
  .refine((text) => !/\p{Cc}/u.test(text), 'contains a line break or a control character')
  .refine(
    (text) => new TextEncoder().encode(text).length <= maxAnswerBytes,
    `is longer than ${maxAnswerBytes} bytes`,
  );
