/** The core as the shell sees it: what the tray, the popover and the power events ask of it. */
import type { DiagnosticSection, PortChoice } from '../../shared/control-contract.ts';
import type { HostKeyOffer } from '../../shared/host-keys.ts';
import type { ImportList, ImportSource, KubeTargets, Places } from '../../shared/import-contract.ts';
import type { Result } from '../../shared/result.ts';
import type { ServiceEditor } from '../../shared/service-edit.ts';
import type { ServiceDetails } from '../../shared/service-details.ts';
import type { Desired, Snapshot } from '../../shared/service-snapshot.ts';

export interface AppHostPort {
  /** Adds, changes and removes services in the config. */
  readonly editor: ServiceEditor;
  snapshot(): Snapshot;
  /** Calls with every new picture, several changes at once merged into one call. Returns a function that unsubscribes. */
  onSnapshot(listener: (snapshot: Snapshot) => void): () => void;
  /** `until`: off only until then, in epoch ms. */
  setDesired(name: string, desired: Desired, until?: number): void;
  /** null: every service. */
  setDesiredForTag(tag: string | null, desired: Desired, until?: number): void;
  retry(names: readonly string[]): Promise<void>;
  /** Gives them a new tunnel, whatever they wait for. */
  insist(names: readonly string[]): Promise<void>;
  /** Moves services that stay with another context to kubectl's current one. */
  useCurrentContext(names: readonly string[]): void;
  /** Turns one service on at another local port, for this run. The result is the port, or a sentence: why not. */
  turnOnAt(name: string, port: PortChoice): Promise<Result<number, string>>;
  reload(): Promise<void>;
  /** Trusts the text under review that has this digest. The error is a sentence. */
  trustConfig(digest: string): Promise<Result<void, string>>;
  /** The user's answer to a question of the snapshot; null: none. False when it is no longer open. `remember`: in the keychain. */
  answerPrompt(id: string, answer: string | null, remember: boolean): boolean;
  /** Where the config is, or where it should be. */
  configPath(): string;
  /** Writes a config to start from, unless there is one. The error is a sentence. */
  createConfig(): Promise<Result<void, string>>;
  /** In an editor that can, at this line of the config. False: there is none. */
  openConfigAt(line: number): Promise<boolean>;
  /** null: LocalPort's own. */
  logPath(name: string | null): string;
  followLog(
    name: string | null,
    options: { readonly tailLines: number; readonly onLines: (lines: readonly string[]) => void },
  ): { readonly last: Promise<readonly string[]>; readonly stop: () => void };
  serviceDetails(name: string): ServiceDetails;
  /** Runs the sign-in that the cause of a service names. The error is a sentence. */
  signIn(name: string, onLine: (line: string) => void): Promise<Result<void, string>>;
  cancelSignIn(): Promise<void>;
  /** Tries again; what the servers ask becomes a prompt, also where the config has a password that was refused. */
  logIn(names: readonly string[]): Promise<void>;
  /** The key that the cause of a service names, to the user's agent. The error is a sentence. */
  readonly agentKeys: { add(name: string): Promise<Result<void, string>>; cancel(): Promise<void> };
  /** Contexts of the kubeconfig that a service goes by. Rejects with a sentence. */
  contextsFor(name: string): Promise<readonly string[]>;
  /** Host keys that the user may trust; errors are sentences. */
  readonly hostKeys: {
    look(name: string): Promise<Result<HostKeyOffer, string>>;
    trust(name: string, digest: string): Promise<Result<void, string>>;
  };
  /** What LocalPort knows of itself and this machine; names are not hidden. */
  diagnostics(): Promise<readonly DiagnosticSection[]>;
  /** What there is to forward to. They reject with a sentence. */
  readonly targets: {
    places(): Promise<Places>;
    kube(context: string, namespace: string | null): Promise<KubeTargets>;
    importList(source: ImportSource): Promise<ImportList>;
  };
  /** The text of a bug report, without secrets and names. `settings`: what the surface adds, one line each. */
  diagnosticReport(settings: readonly string[]): Promise<string>;
  /** Both may come twice for one sleep. */
  suspend(): void;
  resume(): void;
  /** true while the popover is visible: byte counters tick once a second. */
  setLive(live: boolean): void;
}
