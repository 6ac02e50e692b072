/** The keys of the config as tables: values and limits from the zod schemas, meanings from the help of editors. */
import * as z from 'zod';
import {
  connectionKeyHelps,
  fileKeyHelps,
  type KeyHelp,
  type KeyHelps,
  serviceKeyHelps,
} from '../../electron/cli/config-key-help.ts';
import { connectionSchemas, fileSchema, serviceSchema } from '../../shared/config-schema.ts';
import { code, markdownTable } from './markdown-table.ts';

type Keys = Readonly<Record<string, z.ZodType>>;

const file = keysOf(fileSchema);
const service = keysOf(serviceSchema);
const defaults = keysOf(keyIn(file, 'defaults'));
const defaultHelps = innerHelps(fileKeyHelps['defaults']);
const healthCheck = keysOf(keyIn(service, 'health_check'));
const healthCheckHelps = innerHelps(serviceKeyHelps['health_check']);
const clusterHealth = keysOf(keyIn(defaults, 'cluster_health'));
const clusterHealthHelps = innerHelps(defaultHelps['cluster_health']);

export const fileKeys = (): string =>
  keyTable(
    { ...file, ...prefixed('defaults', defaults) },
    { ...fileKeyHelps, ...prefixed('defaults', defaultHelps) },
  );

export const serviceKeys = (): string => keyTable(service, serviceKeyHelps);

export const connectionKeys = (technology: keyof typeof connectionSchemas): string =>
  keyTable(keysOf(connectionSchemas[technology]), connectionKeyHelps[technology]);

export const healthCheckKeys = (): string => keyTable(healthCheck, healthCheckHelps);

export const probeKeys = (): string =>
  keyTable(keysOf(keyIn(healthCheck, 'config')), innerHelps(healthCheckHelps['config']));

export const restartPolicyKeys = (): string =>
  keyTable(keysOf(keyIn(service, 'restart_policy')), innerHelps(serviceKeyHelps['restart_policy']));

export const clusterHealthKeys = (): string =>
  keyTable(
    { ...clusterHealth, ...prefixed('commands', keysOf(keyIn(clusterHealth, 'commands'))) },
    { ...clusterHealthHelps, ...prefixed('commands', innerHelps(clusterHealthHelps['commands'])) },
  );

function keyTable(keys: Keys, helps: KeyHelps): string {
  const rows = Object.entries(keys).map(([key, schema]) => {
    const help = helps[key];
    if (help === undefined) throw new Error(`no help for the key ${key}`);
    return [code(key), valueOf(schema), typeof help === 'string' ? help : help.about];
  });
  return markdownTable(['key', 'value', 'meaning'], rows);
}

function prefixed<Value>(prefix: string, values: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}.${key}`, value]));
}

function innerHelps(help: KeyHelp | undefined): KeyHelps {
  if (typeof help !== 'object') throw new Error('the key has no keys of its own');
  return help.keys;
}

function keyIn(keys: Keys, key: string): z.ZodType {
  const schema = keys[key];
  if (schema === undefined) throw new Error(`the schema has no key ${key}`);
  return schema;
}

function keysOf(schema: z.ZodType): Keys {
  const inner = unwrapped(schema);
  if (!(inner instanceof z.ZodObject)) throw new Error('not a mapping');
  return inner.shape;
}

/** Without the optional wrapper, and without transformations before the schema. */
function unwrapped(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return unwrapped(schema.unwrap() as z.ZodType);
  if (!(schema instanceof z.ZodPipe)) return schema;
  const inner = schema.in instanceof z.ZodTransform ? schema.out : schema.in;
  return unwrapped(inner as z.ZodType);
}

/** The values of a key, in a few words. */
function valueOf(schema: z.ZodType): string {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodUnknown) return durationOf(schema);
  if (inner instanceof z.ZodEnum) return inner.options.map((option) => code(String(option))).join(', ');
  if (inner instanceof z.ZodLiteral) return [...inner.values].map((value) => code(String(value))).join(', ');
  if (inner instanceof z.ZodBoolean) return '`true`, `false`';
  if (inner instanceof z.ZodNumber) return `${inner.minValue} to ${inner.maxValue}`;
  if (inner instanceof z.ZodArray) return `list of ${itemOf(inner.element as z.ZodType)}`;
  if (inner instanceof z.ZodObject || inner instanceof z.ZodRecord) return 'mapping';
  if (inner instanceof z.ZodUnion)
    return [...new Set((inner.options as readonly z.ZodType[]).map(valueOf))].join(', or ');
  return 'text';
}

const itemOf = (schema: z.ZodType): string =>
  unwrapped(schema) instanceof z.ZodUnknown ? 'mappings' : pluralOf(valueOf(schema));

const pluralOf = (value: string): string => (value === 'text' ? 'texts' : value);

/** A duration is any value, transformed; its error messages name its limits. */
function durationOf(schema: z.ZodType): string {
  const bound = (value: string): string => {
    const { error } = schema.safeParse(value);
    return / is (?:below|above) (\w+)$/.exec(error?.issues[0]?.message ?? '')?.[1] ?? '0';
  };
  return `${bound('0')} to ${inDays(bound('999999d'))}`;
}

const inDays = (text: string): string => {
  const hours = /^(\d+)h$/.exec(text)?.[1];
  return hours !== undefined && Number(hours) > 24 ? `${Number(hours) / 24}d` : text;
};
