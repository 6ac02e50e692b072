/**
 * Main's end of the IPC contract. Main checks every request's channel, sender and payload, and validates every response. If a
 * handler fails, the popover gets its error message.
 */
import type { IpcMain, IpcMainInvokeEvent, WebContents } from 'electron';
import {
  ipcEvents,
  ipcInvokes,
  ipcPrefix,
  type IpcEventChannel,
  type IpcEventPayload,
  type IpcInvokeChannel,
  type IpcRequest,
  type IpcResponse,
} from '../../shared/ipc-contract.ts';
import { err, ok } from '../../shared/result.ts';
import type { Logger } from '../core/observability/logger.ts';
import { describePayloadError, type IpcReply } from './ipc-reply.ts';

export type IpcHandlers = {
  readonly [C in IpcInvokeChannel]: (request: IpcRequest<C>) => IpcResponse<C> | Promise<IpcResponse<C>>;
};

export interface IpcOptions {
  readonly handlers: IpcHandlers;
  readonly isTrustedSender: (event: IpcMainInvokeEvent) => boolean;
  readonly log: Logger;
}

type HandlerRegistry = Pick<IpcMain, 'handle' | 'removeHandler'>;

/** Handles every channel of the contract. Returns a function that removes the handlers. */
export function registerIpc(ipcMain: HandlerRegistry, options: IpcOptions): () => void {
  const channels = Object.keys(ipcInvokes) as IpcInvokeChannel[];
  for (const channel of channels) {
    ipcMain.handle(ipcPrefix + channel, (event: IpcMainInvokeEvent, payload: unknown) =>
      answer(channel, { event, payload }, options),
    );
  }
  return () => {
    for (const channel of channels) ipcMain.removeHandler(ipcPrefix + channel);
  };
}

async function answer(
  channel: IpcInvokeChannel,
  { event, payload }: { readonly event: IpcMainInvokeEvent; readonly payload: unknown },
  { handlers, isTrustedSender, log }: IpcOptions,
): Promise<IpcReply> {
  const refuse = (why: string): IpcReply => {
    log.warn(`IPC ${channel} was refused: ${why}.`);
    return err(`${channel} was refused: ${why}`);
  };
  if (!isTrustedSender(event)) return refuse('it does not come from the popover');
  const contract = ipcInvokes[channel];
  const request = contract.request.safeParse(payload);
  if (!request.success) return refuse(describePayloadError(request.error));
  try {
    const handler = handlers[channel] as (request: unknown) => unknown;
    const response = contract.response.safeParse(await handler(request.data));
    return response.success
      ? ok(response.data)
      : refuse(`wrong answer, ${describePayloadError(response.error)}`);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    log.error(`IPC ${channel} failed: ${words}.`);
    return err(words);
  }
}

/** Sends an event to the popover. A payload that violates the contract is a bug and throws. */
export function sendEvent<C extends IpcEventChannel>(
  contents: Pick<WebContents, 'send' | 'isDestroyed'>,
  channel: C,
  payload: IpcEventPayload<C>,
): void {
  const parsed: unknown = ipcEvents[channel].parse(payload);
  if (!contents.isDestroyed()) contents.send(ipcPrefix + channel, parsed);
}
