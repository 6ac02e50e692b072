/**
 * The bridge: the only part of Electron that the popover's page can access. It runs sandboxed and validates with the same
 * contract as main, so that neither end has to trust the other.
 */
import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import * as z from 'zod';
import {
  ipcEvents,
  ipcInvokes,
  ipcPrefix,
  type IpcEventChannel,
  type IpcInvokeChannel,
  type ExposedBridge,
} from '../shared/ipc-contract.ts';
import { describePayloadError, type IpcReply } from './shell/ipc-reply.ts';

// Compiled validators need eval, which the page's content security policy forbids.
z.config({ jitless: true });

function parsed(schema: z.ZodType, payload: unknown, what: string): unknown {
  const result = schema.safeParse(payload);
  if (!result.success) throw new Error(`${what}: ${describePayloadError(result.error)}`);
  return result.data;
}

function known<T extends object>(table: T, channel: PropertyKey): T[keyof T] {
  if (!Object.hasOwn(table, channel)) throw new Error(`there is no channel ${String(channel)}`);
  return table[channel as keyof T];
}

async function invoke(channel: IpcInvokeChannel, payload: unknown): Promise<unknown> {
  const contract = known(ipcInvokes, channel);
  const request = parsed(contract.request, payload, `request ${channel}`);
  const reply = (await ipcRenderer.invoke(ipcPrefix + channel, request)) as IpcReply;
  if (!reply.ok) throw new Error(reply.error);
  return parsed(contract.response, reply.value, `response ${channel}`);
}

function onJson(channel: IpcEventChannel, listener: (json: string) => void): () => void {
  const schema = known(ipcEvents, channel);
  const receive = (_event: IpcRendererEvent, payload: unknown): void => {
    const checked = parsed(schema, payload, `event ${channel}`);
    listener(checked === undefined ? '' : JSON.stringify(checked));
  };
  ipcRenderer.on(ipcPrefix + channel, receive);
  return () => {
    ipcRenderer.off(ipcPrefix + channel, receive);
  };
}

const bridge = { invoke, onJson, platform: process.platform } as ExposedBridge;

contextBridge.exposeInMainWorld('localport', bridge);
