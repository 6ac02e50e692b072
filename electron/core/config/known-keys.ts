import { connectionSchemas, fileSchema, serviceSchema } from '../../../shared/config-schema.ts';

/** All keys that may start a line, except those of checks. */
export const knownKeys: ReadonlySet<string> = new Set([
  ...Object.keys(fileSchema.out.shape),
  ...Object.keys(serviceSchema.out.shape),
  ...Object.values(connectionSchemas).flatMap((schema) => Object.keys(schema.out.shape)),
  ...['type', 'interval', 'timeout', 'config'],
]);
