/** One connection for channels on each master of ours, which all who use the master share: it may not close before the master does. */
import { MuxChannels } from './mux-channels.ts';

export class MasterChannels {
  readonly #open = new Map<string, MuxChannels>();

  at(controlPath: string): MuxChannels {
    const known = this.#open.get(controlPath);
    if (known !== undefined && !known.hasClosed) return known;
    const channels = new MuxChannels(controlPath);
    this.#open.set(controlPath, channels);
    void channels.ended.then(() => {
      if (this.#open.get(controlPath) === channels) this.#open.delete(controlPath);
    });
    return channels;
  }
}
