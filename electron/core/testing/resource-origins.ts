/** Where resources were opened. Stacks take time for each of them, so they are recorded only on request. */
import { createHook } from 'node:async_hooks';

const isTracing = process.env['LOCALPORT_TRACE_LEAKS'] !== undefined;
export const traceHint = isTracing ? '' : '\nSet LOCALPORT_TRACE_LEAKS=1 to see where each was opened.';

const origins = new Map<number, { readonly type: string; readonly stack: string }>();

/** Promises are left out: there are too many, and none is a resource. */
export function traceAsyncResources(): void {
  if (!isTracing) return;
  createHook({
    init: (id, type) => {
      if (type !== 'PROMISE' && type !== 'TickObject') origins.set(id, { type, stack: callers() });
    },
    destroy: (id) => void origins.delete(id),
  }).enable();
}

/** The lines of this project on the stack, or nothing. */
export function callers(): string {
  if (!isTracing) return '';
  const lines = (new Error().stack ?? '').split('\n').slice(1);
  const own = lines.filter(
    (line) => !/node_modules|node:|testing\/(open-resources|resource-origins)/.test(line),
  );
  return own
    .slice(0, 8)
    .map((line) => `\n      ${line.trim()}`)
    .join('');
}

/** Where those of this type that live were opened: which of them is meant is not known. */
export function originsOf(type: string): string {
  return [...origins.values()]
    .filter((origin) => origin.type === type && origin.stack !== '')
    .map(({ stack }) => stack)
    .join('');
}
