/** The one error of a connection that several addresses refused: pure. */

/** As Node makes it; `address` is absent when the name has none. */
export type ConnectError = NodeJS.ErrnoException & { readonly address?: string | undefined };

/** A refusal, because a host has answered; else the first error. The message has those of all addresses. */
export function mostTelling([first, ...others]: readonly [ConnectError, ...ConnectError[]]): ConnectError {
  if (others.length === 0) return first;
  const errors = [first, ...others];
  const telling = errors.find(({ code }) => code === 'ECONNREFUSED') ?? first;
  const { code, address } = telling;
  const message = errors.map((error) => error.message).join('; ');
  return Object.assign(new Error(message, { cause: telling }), { code, address });
}

export function noAddress(name: string): ConnectError {
  return Object.assign(new Error(`${name} has no address`), { code: 'ENOTFOUND' });
}
