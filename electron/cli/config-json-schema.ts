/**
 * The config's schema for editors: JSON Schema 2020-12, generated from the zod schemas of the loader. It never rejects
 * what the loader accepts, and leaves to the loader what JSON Schema cannot express.
 */
import * as z from 'zod';
import { connectionSchemas, fileSchema, serviceSchema } from '../../shared/config-schema.ts';
import {
  connectionKeyHelps,
  fileKeyHelps,
  type KeyHelp,
  type KeyHelps,
  serviceKeyHelps,
} from './config-key-help.ts';

interface JsonSchema {
  readonly [key: string]: unknown;
}

export function configJsonSchema(): JsonSchema {
  const file = explain(convert(fileSchema), fileKeyHelps);
  const service = explain(convert(serviceSchema), serviceKeyHelps);
  const byTechnology = Object.entries(connectionSchemas).map(([technology, schema]) => ({
    if: { properties: { technology: { const: technology } }, required: ['technology'] },
    then: {
      properties: {
        connection: {
          ...explain(convert(schema), connectionKeyHelps[technology as Technology]),
          ...(technology === 'kubectl' ? { anyOf: kubectlTargets } : {}),
        },
      },
    },
  }));
  const places = [{ required: ['local_port'] }, { required: ['local_socket'] }];
  // It has no value while every service is commented out.
  const services = {
    ...explanationOf(fileKeyHelps['services']),
    type: ['array', 'null'],
    items: { ...service, anyOf: places, allOf: byTechnology },
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'LocalPort',
    ...file,
    properties: { ...(file['properties'] as object), services },
  };
}

const kubectlTargets = [{ required: ['resource_name'] }, { required: ['selector'] }];

type Technology = keyof typeof connectionKeyHelps;

/** Adds the description of each key. */
function explain(schema: JsonSchema, helps: KeyHelps): JsonSchema {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
  const explained = properties.map(([key, property]) => {
    const help = helps[key];
    const inner = typeof help === 'object' ? explain(property, help.keys) : property;
    return [key, { ...explanationOf(help), ...inner }];
  });
  return { ...schema, properties: Object.fromEntries(explained) as object };
}

const explanationOf = (help: KeyHelp | undefined): JsonSchema =>
  help === undefined ? {} : { description: typeof help === 'string' ? help : help.about };

function convert(schema: z.ZodType): JsonSchema {
  // The output of a value is close to the written form; its input is, to zod, of any type.
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' });
  return loosen(json);
}

/** A number may be written as text, text as a number, and anything as `${VARIABLE}`. */
function loosen(schema: JsonSchema): JsonSchema {
  const { type, properties, items, anyOf } = schema;
  if (Array.isArray(anyOf)) {
    const loose = (anyOf as JsonSchema[]).map((one) => {
      if (isUnknown(one)) return { type: 'object' };
      // The pattern of a name, as an alternative to a number, must not match a number as text.
      return one['type'] === 'string' && 'pattern' in one ? one : loosen(one);
    });
    return {
      ...schema,
      anyOf: loose.flatMap((one) => (isChoice(one) ? (one['anyOf'] as JsonSchema[]) : one)),
    };
  }
  // A count or a duration, which zod transforms and therefore cannot describe.
  if (isUnknown(schema)) return { type: ['number', 'string'] };
  switch (type) {
    case 'object':
      return {
        ...schema,
        ...(properties === undefined ? {} : { properties: loosenEach(properties as object) }),
      };
    case 'array': {
      const item = loosen(items as JsonSchema);
      return { anyOf: [{ ...schema, items: item }, item] };
    }
    case 'string':
      if ('const' in schema) return schema;
      return 'enum' in schema
        ? { anyOf: [schema, variable] }
        : { ...schema, type: ['string', 'number', 'boolean'] };
    case 'boolean':
      return { anyOf: [schema, { type: 'string', pattern: '^(true|false|yes|no|on|off)$' }, variable] };
    default:
      return { anyOf: [schema, { type: 'string', pattern: String.raw`^\s*[-+]?\d+(\.\d+)?\s*$` }, variable] };
  }
}

const variable = { type: 'string', pattern: String.raw`\$\{[^}]+\}` };

/** Only a choice: a choice of choices can be flattened. */
const isChoice = (schema: JsonSchema): boolean => Object.keys(schema).join() === 'anyOf';

const isUnknown = (schema: JsonSchema): boolean => Object.keys(schema).length === 0;

const loosenEach = (properties: object): JsonSchema =>
  Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, loosen(value as JsonSchema)]));
