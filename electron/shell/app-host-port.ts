/** The core as the shell sees it: what the tray, the popover and the power events ask of it. */
import type { Result } from '../../shared/result.ts';
import type { ServiceEditor } from '../../shared/service-edit.ts';
import type { Desired, Snapshot } from '../../shared/service-snapshot.ts';

export interface AppHostPort {
  /** Adds, changes and removes services in the config. */
  readonly editor: ServiceEditor;
  snapshot(): Snapshot;
  /** Calls with every new picture, several changes at once merged into one call. Returns a function that unsubscribes. */
  onSnapshot(listener: (snapshot: Snapshot) => void): () => void;
  setDesired(name: string, desired: Desired): void;
  /** null: every service. */
  setDesiredForTag(tag: string | null, desired: Desired): void;
  retry(names: readonly string[]): Promise<void>;
  reload(): Promise<void>;
  /** Trusts the text under review that has this digest. The error is a sentence. */
  trustConfig(digest: string): Promise<Result<void, string>>;
  /** The user's answer to a question of the snapshot; null: none. False when it is no longer open. `remember`: in the keychain. */
  answerPrompt(id: string, answer: string | null, remember: boolean): boolean;
  /** Where the config is, or where it should be. */
  configPath(): string;
  /** Writes a config to start from, unless there is one. The error is a sentence. */
  createConfig(): Promise<Result<void, string>>;
  serviceLogPath(name: string): string;
  /** The text of a bug report, without secrets and names. `settings`: what the surface adds, one line each. */
  diagnosticReport(settings: readonly string[]): Promise<string>;
  /** Both may come twice for one sleep. */
  suspend(): void;
  resume(): void;
  /** true while the popover is visible: byte counters tick once a second. */
  setLive(live: boolean): void;
}
