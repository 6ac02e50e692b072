/**
 * Passes an open socket to another program through a Unix socket (SCM_RIGHTS, unix(7)). Node offers this only
 * between itself and its own children, by the same handles: a pipe of the kind `IPC`, and a write that takes a
 * second handle. They have been in `process.binding` since Node 0.x, deprecated in its documentation only
 * (DEP0111): check this file when Node changes.
 */
import net from 'node:net';
import { getSystemErrorName } from 'node:util';

interface PipeHandle {
  /** 0, or a negative libuv error number. */
  connect(request: object, path: string): number;
  writeUtf8String(request: object, text: string, sent: object): number;
  close(): void;
}

interface PipeBinding {
  readonly Pipe: new (kind: number) => PipeHandle;
  readonly PipeConnectWrap: new () => { oncomplete?: (status: number) => void };
  readonly constants: { readonly IPC: number };
}

interface StreamBinding {
  readonly WriteWrap: new () => { handle?: object; oncomplete?: (status: number) => void };
}

export interface PassingSocket {
  readonly socket: net.Socket;
  /**
   * Sends one byte and, with it, the other socket. That socket stays open here too: close it when the other program
   * has confirmed receipt, because macOS may lose a socket that is closed in transit. Resolves to false if it could
   * not be sent.
   */
  readonly pass: (other: net.Socket) => Promise<boolean>;
}

/** Rejects if there is no listener, or if Node no longer has these handles. */
export async function connectPassing(path: string): Promise<PassingSocket> {
  const { Pipe, PipeConnectWrap, constants } = binding('pipe_wrap') as PipeBinding;
  const { WriteWrap } = binding('stream_wrap') as StreamBinding;
  const handle = new Pipe(constants.IPC);
  try {
    await new Promise<void>((resolve, reject) => {
      const request = new PipeConnectWrap();
      const settle = (status: number): void => {
        if (status === 0) resolve();
        else reject(connectError(status, path));
      };
      request.oncomplete = settle;
      const status = handle.connect(request, path);
      if (status !== 0) settle(status);
    });
  } catch (error) {
    handle.close();
    throw error;
  }
  const socket = new net.Socket({ handle } as net.SocketConstructorOpts);
  return {
    socket,
    pass: (other) =>
      new Promise((resolve) => {
        const sent = (other as unknown as { readonly _handle: object | null })._handle;
        if (sent === null || socket.destroyed) {
          resolve(false);
          return;
        }
        const request = new WriteWrap();
        request.handle = handle;
        request.oncomplete = (status) => resolve(status === 0);
        // A write with a handle never completes synchronously (StreamBase::WriteString).
        if (handle.writeUtf8String(request, '\0', sent) !== 0) resolve(false);
      }),
  };
}

function connectError(status: number, path: string): Error {
  const code = getSystemErrorName(status);
  return Object.assign(new Error(`connect ${code} ${path}`), { code });
}

function binding(name: string): unknown {
  const { binding: of } = process as unknown as { readonly binding: (name: string) => unknown };
  return of.call(process, name);
}
