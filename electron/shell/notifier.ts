import type { ServiceSnapshot, Snapshot } from '../../shared/service-snapshot.ts';
import { isConfigAtFault } from '../../shared/overview.ts';
import type { Clock, Timer } from '../core/clock.ts';
import { configNoticeAbout, decideConfigNotice, type ConfigFault } from './config-notices.ts';
import type { Notice } from './notice-words.ts';
import { decideNotices, nothingNoticed } from './notification-policy.ts';
import { promptNotice } from './prompt-notice.ts';

export interface NotifierOptions {
  readonly clock: Clock;
  readonly isEnabled: () => boolean;
  /** Whether to also notify when a forward is up again. */
  readonly tellsRecovery: () => boolean;
  /** Whether the popover is visible, which shows everything anyway. */
  readonly isWatched: () => boolean;
  /** Shows a notification. Returns a function that withdraws it. */
  readonly show: (notice: Notice) => () => void;
}

interface ShownNotice {
  readonly about: readonly string[];
  readonly withdraw: () => void;
}

/**
 * Feeds every snapshot, and the passing of time, to the notification policies. It keeps doing so while notifications are off
 * or the popover is open, so that old news is not announced later. Notifications about fixed problems are withdrawn.
 */
export class Notifier {
  readonly #options: NotifierOptions;
  #memory = nothingNoticed;
  #configFault: ConfigFault = { kind: 'none' };
  #snapshot: Pick<Snapshot, 'services' | 'config'> | null = null;
  #timer: Timer | null = null;
  /** IDs of the open prompts. */
  #asked: ReadonlySet<string> = new Set();
  #shown: readonly ShownNotice[] = [];

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  update(snapshot: Pick<Snapshot, 'services' | 'config' | 'prompts'>): void {
    this.#snapshot = snapshot;
    this.#decide();
    this.#tellPrompts(snapshot.prompts);
  }

  dispose(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Sent at once, since the server is waiting. */
  #tellPrompts(prompts: Snapshot['prompts']): void {
    const news = prompts.filter(({ id }) => !this.#asked.has(id));
    this.#asked = new Set(prompts.map(({ id }) => id));
    for (const prompt of news) this.#tell({ ...promptNotice(prompt), about: [promptKey(prompt.id)] });
    this.#withdrawFixed();
  }

  #decide(): void {
    const { clock, tellsRecovery } = this.#options;
    if (this.#snapshot === null) return;
    const { config } = this.#snapshot;
    const now = clock.now();
    const { memory, needs, recoveries, nextAt } = decideNotices(this.#memory, toldOf(this.#snapshot), now);
    const { fault, notice } = decideConfigNotice(this.#configFault, config, now);
    this.#memory = memory;
    this.#configFault = fault;
    const due = [...(nextAt === null ? [] : [nextAt]), ...(fault.kind === 'seen' ? [fault.tellAt] : [])];
    this.#timer?.cancel();
    this.#timer = due.length === 0 ? null : clock.after(Math.min(...due) - now, () => this.#decide());
    this.#withdrawFixed();
    for (const one of [...(notice === null ? [] : [notice]), ...needs]) this.#tell(one);
    if (tellsRecovery()) for (const one of recoveries) this.#tell(one);
  }

  #tell(notice: Notice): void {
    const { isEnabled, isWatched, show } = this.#options;
    if (!isEnabled() || isWatched()) return;
    const withdraw = show(notice);
    if (notice.about !== undefined) this.#shown = [...this.#shown, { about: notice.about, withdraw }];
  }

  #withdrawFixed(): void {
    const current = new Set([
      ...[...this.#memory.values()].flatMap((trouble) => ('title' in trouble ? [trouble.title] : [])),
      ...(this.#configFault.kind === 'none' ? [] : [configNoticeAbout]),
      ...[...this.#asked].map(promptKey),
    ]);
    const isCurrent = ({ about }: ShownNotice): boolean => about.some((title) => current.has(title));
    for (const notice of this.#shown) if (!isCurrent(notice)) notice.withdraw();
    this.#shown = this.#shown.filter(isCurrent);
  }
}

const promptKey = (id: string): string => `prompt ${id}`;

/** Leaves out invalid entries, which the notification about the config reports. */
const toldOf = ({ services, config }: Pick<Snapshot, 'services' | 'config'>): readonly ServiceSnapshot[] =>
  isConfigAtFault(config) ? services.filter(({ cause }) => cause?.code !== 'config-invalid') : services;
