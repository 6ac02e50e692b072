/** A question that a program asks for a service, and that only the user can answer. */
import * as z from 'zod';
import { shellWord } from './shell-word.ts';

/** ssh reads no more than 1,023 bytes from its askpass (readpass.c), the line break included. */
export const maxAnswerBytes = 1_000;

export const promptKindSchema = z.enum([
  /** The two that are asked for again and again: an answer that worked is kept until LocalPort quits. */
  'password',
  'passphrase',
  /** A code or a PIN: asked for each time. */
  'code',
  /** Nothing to type: a security key waits to be touched. */
  'touch',
  /** Yes or no. */
  'confirm',
]);
export type PromptKind = z.infer<typeof promptKindSchema>;

export const isReusable = (kind: PromptKind): boolean => kind === 'password' || kind === 'passphrase';

/** Of an answer that may be kept in the keychain. `unavailable`: there is none. */
const rememberSchema = z.enum(['offered', 'unavailable']);
export type Remember = z.infer<typeof rememberSchema>;

export const promptSchema = z
  .object({
    /** New for each question, and hard to guess. */
    id: z.string(),
    /** Services that wait for the answer. */
    services: z.array(z.string()).readonly(),
    /** Who asks: a host, or the file of a key. */
    asker: z.string(),
    /** The question in the words of the program, or of the server behind it. */
    words: z.string(),
    kind: promptKindSchema,
    /** The same was asked a moment ago, and the answer was not accepted. */
    isRepeated: z.boolean(),
    /** Absent: the answer is never kept. */
    remember: rememberSchema.optional(),
    /** It was answered from the keychain, and the answer was not accepted: it is no longer there. */
    wasRemembered: z.boolean().optional(),
    since: z.number(),
  })
  .readonly();
export type Prompt = z.infer<typeof promptSchema>;

/** Asks at the terminal what this ssh host asks. In a shell's words. */
export const loginCommand = (host: string): string => `localport ssh login ${shellWord(host)}`;

/** What a user may answer: one line. */
export const answerSchema = z
  .string()
  .refine((text) => !/\p{Cc}/u.test(text), 'contains a line break or a control character')
  .refine(
    (text) => new TextEncoder().encode(text).length <= maxAnswerBytes,
    `is longer than ${maxAnswerBytes} bytes`,
  );
