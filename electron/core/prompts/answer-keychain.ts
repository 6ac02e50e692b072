/** Where answers are stored after LocalPort quits, if the user wants that. Nothing here rejects. */
export interface AnswerKeychain {
  /** No answers are stored. */
  readonly isEmpty: boolean;
  /** Whether `recall` may find it. */
  has(name: string): boolean;
  /** Whether answers can be kept at all. Resolves within 2 s. */
  isAvailable(): Promise<boolean>;
  /** null: it is not there, or it cannot be read now. May ask the user to unlock the keychain. */
  recall(name: string): Promise<string | null>;
  keep(name: string, answer: string): Promise<void>;
  forget(name: string): Promise<void>;
}
