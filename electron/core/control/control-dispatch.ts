/** Brings a request by name to its handler, with what the contract lets through of its params. */
import {
  controlRequests,
  controlStreams,
  type ControlError,
  type ControlRequestName,
  type ControlStreamName,
} from '../../../shared/control-contract.ts';
import { err, type Result } from '../../../shared/result.ts';
import type { ControlHandlers, ControlSink } from './control-handlers.ts';

export type Handled = Promise<Result<unknown, ControlError>>;

type ControlName = ControlRequestName | ControlStreamName;

export const isControlName = (name: string): name is ControlName =>
  isRequest(name) || Object.hasOwn(controlStreams, name);

/** `sink` takes the events of a stream; a plain request leaves it alone. */
export async function dispatchControl(
  handlers: ControlHandlers,
  { name, params }: { readonly name: ControlName; readonly params: unknown },
  sink: ControlSink<unknown>,
): Handled {
  const { params: schema } = isRequest(name) ? controlRequests[name] : controlStreams[name];
  const parsed = schema.safeParse(params);
  if (!parsed.success) return err(badParams(name, parsed.error));
  // Each name has one schema and one handler; only the correspondence between the two is lost on the compiler.
  const handle = (isRequest(name) ? handlers.requests[name] : handlers.streams[name]) as unknown as (
    params: unknown,
    sink: ControlSink<unknown>,
  ) => Handled;
  return handle(parsed.data, sink);
}

const isRequest = (name: string): name is ControlRequestName => Object.hasOwn(controlRequests, name);

function badParams(name: string, { issues }: { readonly issues: readonly Issue[] }): ControlError {
  const faults = issues.map(({ path, message }) => `${path.join('.') || 'params'}: ${message}`);
  return { code: 'bad-request', message: `${name}: ${faults.slice(0, 5).join('; ')}` };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}
