import * as z from 'zod';
import type { ConfigPath } from './config-problem.ts';
import { isMapping } from './tree-path.ts';

export interface UnknownKey {
  /** The mapping that holds the key. */
  readonly path: ConfigPath;
  readonly key: string;
  /** The keys that the mapping may contain. */
  readonly known: readonly string[];
}

/** All keys of `value`, at any depth, that the schema does not contain. */
export function unknownKeys(schema: unknown, value: unknown, path: ConfigPath = []): readonly UnknownKey[] {
  if (schema instanceof z.ZodOptional) return unknownKeys(schema.unwrap(), value, path);
  if (schema instanceof z.ZodPipe) return unknownKeys(schema.out, value, path);
  if (!isMapping(value)) return [];
  const entries = Object.entries(value);
  if (schema instanceof z.ZodRecord) {
    return entries.flatMap(([key, item]) =>
      // zod leaves this name out.
      key === '__proto__' ? [{ path, key, known: [] }] : unknownKeys(schema.valueType, item, [...path, key]),
    );
  }
  if (!(schema instanceof z.ZodObject)) return [];
  const shape: Readonly<Record<string, unknown>> = schema.shape;
  return entries.flatMap(([key, item]) =>
    Object.hasOwn(shape, key)
      ? unknownKeys(shape[key], item, [...path, key])
      : [{ path, key, known: Object.keys(shape) }],
  );
}
