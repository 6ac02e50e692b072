import type { ExposedBridge, IpcEventPayload, PopoverBridge } from '../shared/ipc-contract.ts';

/** The bridge as the page uses it, with events as objects of its own world. */
export const bridgeOf = ({ invoke, onJson, platform }: ExposedBridge): PopoverBridge => ({
  invoke,
  platform,
  on: (channel, listener) =>
    onJson(channel, (json) => {
      listener((json === '' ? undefined : JSON.parse(json)) as IpcEventPayload<typeof channel>);
    }),
});
