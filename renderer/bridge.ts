import type { ExposedBridge, IpcEventPayload, PopoverBridge } from '../shared/ipc-contract.ts';

/** The bridge as the page uses it, with events as objects of the page's own JavaScript world. */
export const bridgeOf = (exposed: ExposedBridge): PopoverBridge => ({
  platform: exposed.platform,
  invoke: (channel, request) => exposed.invoke(channel, request),
  on: (channel, listener) =>
    exposed.onJson(channel, (json) => {
      listener((json === '' ? undefined : JSON.parse(json)) as IpcEventPayload<typeof channel>);
    }),
});
