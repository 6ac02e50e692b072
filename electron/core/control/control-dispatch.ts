/** Passes a request by name to its handler, with its params validated by the contract. */
import { isControlStream, type ControlError, type ControlName } from '../../../shared/control-contract.ts';
import { err, type Result } from '../../../shared/result.ts';
import type { ControlHandlers, ControlSink } from './control-handlers.ts';
import { contractOf } from './control-routes.ts';

export type Handled = Promise<Result<unknown, ControlError>>;

/** `sink` receives the events of a stream; a plain request does not use it. */
export async function dispatchControl(
  handlers: ControlHandlers,
  { name, params }: { readonly name: ControlName; readonly params: unknown },
  sink: ControlSink<unknown>,
): Handled {
  const parsed = contractOf(name).params.safeParse(params);
  if (!parsed.success) return err(badParams(name, parsed.error));
  // Each name has one schema and one handler; only their correspondence is lost to the compiler.
  const handle = (isControlStream(name) ? handlers.streams[name] : handlers.requests[name]) as unknown as (
    params: unknown,
    sink: ControlSink<unknown>,
  ) => Handled;
  return handle(parsed.data, sink);
}

function badParams(name: string, { issues }: { readonly issues: readonly Issue[] }): ControlError {
  const faults = issues.map(({ path, message }) => `${path.join('.') || 'params'}: ${message}`);
  return { code: 'bad-request', message: `${name}: ${faults.slice(0, 5).join('; ')}` };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}
