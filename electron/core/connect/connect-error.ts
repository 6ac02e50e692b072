/** Combines the errors of several addresses into one. Pure. */

/** Node's error; `address` is absent if the name has none. */
export type ConnectError = NodeJS.ErrnoException & { readonly address?: string | undefined };

/**
 * A refusal if there is one, because then a host has answered; otherwise the first error. The message includes all
 * errors.
 */
export function combineErrors([first, ...others]: readonly [ConnectError, ...ConnectError[]]): ConnectError {
  if (others.length === 0) return first;
  const errors = [first, ...others];
  const chosen = errors.find(({ code }) => code === 'ECONNREFUSED') ?? first;
  const { code, address } = chosen;
  const message = errors.map((error) => error.message).join('; ');
  return Object.assign(new Error(message, { cause: chosen }), { code, address });
}

export function noAddress(name: string): ConnectError {
  return Object.assign(new Error(`${name} has no address`), { code: 'ENOTFOUND' });
}
