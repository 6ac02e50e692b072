/** A request of HTTP/1.1 as its bytes. */
export interface RequestParts {
  readonly method?: string;
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Beside, or instead of, the usual ones; null: without that one. */
  readonly headers?: Readonly<Record<string, string | null>>;
}

export function requestText({ method, path, body, headers }: RequestParts): string {
  const json = body === undefined ? '' : JSON.stringify(body);
  const usual: NonNullable<RequestParts['headers']> = {
    Host: 'localport',
    ...(body !== undefined && {
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(json)),
    }),
  };
  const lines = Object.entries({ ...usual, ...headers }).map(([name, value]) =>
    value === null ? '' : `${name}: ${value}\r\n`,
  );
  return `${method ?? (body === undefined ? 'GET' : 'POST')} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${json}`;
}
