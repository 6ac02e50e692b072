/** The bytes of an HTTP/1.1 request. */
export interface RequestParts {
  readonly method?: string;
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** In addition to, or instead of, the usual headers; null: omit that header. */
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
