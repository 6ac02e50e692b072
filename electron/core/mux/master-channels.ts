/**
 * One control connection for the channels of each of our masters, shared by its users, because it must not close
 * before the master does.
 */
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
