import { describe, expect, it } from 'vitest';
import { configJsonSchema } from './config-json-schema.ts';
import { connectionKeyHelps, fileKeyHelps, type KeyHelps, serviceKeyHelps } from './config-key-help.ts';

type Tree = Readonly<Record<string, unknown>>;

/** Every property below, as `a.b`, and whether editors have a description for it. */
function propertiesOf(schema: Tree, path = ''): readonly (readonly [string, boolean])[] {
  const { properties = {} } = schema as { properties?: Record<string, Tree> };
  return Object.entries(properties).flatMap(([key, value]) => [
    [`${path}${key}`, typeof value['description'] === 'string'] as const,
    ...propertiesOf(value, `${path}${key}.`),
  ]);
}

const keysOf = (helps: KeyHelps, path = ''): readonly string[] =>
  Object.entries(helps).flatMap(([key, help]) => [
    `${path}${key}`,
    ...(typeof help === 'string' ? [] : keysOf(help.keys, `${path}${key}.`)),
  ]);

const schema = configJsonSchema() as {
  readonly properties: {
    readonly services: { readonly items: Tree & { readonly allOf: readonly { readonly then: Tree }[] } };
  };
};
const { services } = schema.properties;

/** A property's schema without its descriptions. */
const valueOf = (tree: Tree, ...keys: readonly string[]): unknown => {
  const { description: _, ...value } = keys.reduce<Tree>(
    (parent, key) => (parent['properties'] as Record<string, Tree>)[key] ?? {},
    tree,
  );
  return value;
};
const variable = { type: 'string', pattern: String.raw`\$\{[^}]+\}` };
const numberAsText = { type: 'string', pattern: String.raw`^\s*[-+]?\d+(\.\d+)?\s*$` };

describe('the schema for editors', () => {
  it.each<readonly [string, Tree, KeyHelps]>([
    ['the file', schema, fileKeyHelps],
    ['a service', services.items, serviceKeyHelps],
    ...services.items.allOf.map(({ then }, index) => {
      const [technology = '', helps = {}] = Object.entries<KeyHelps>(connectionKeyHelps)[index] ?? [];
      const { connection = {} } = (then as { properties: Record<string, Tree> }).properties;
      return [`a connection of ${technology}`, connection, helps] as const;
    }),
  ])('says of every key of %s what it means', (_, tree, helps) => {
    const found = propertiesOf(tree);
    expect(found.filter(([, isExplained]) => !isExplained)).toEqual([]);
    expect(found.map(([key]) => key).toSorted()).toEqual(keysOf(helps).toSorted());
  });

  it('accepts a value in every form that the loader accepts', () => {
    const service = services.items;
    const port = { type: 'integer', minimum: 1, maximum: 65_535 };
    const word = { type: ['string', 'number', 'boolean'], maxLength: 2000 };
    expect({
      version: valueOf(schema, 'version'),
      technology: valueOf(service, 'technology'),
      port: valueOf(service, 'local_port'),
      switch: valueOf(service, 'enabled'),
      text: valueOf(service, 'local_socket'),
      duration: valueOf(service, 'health_check', 'interval'),
      list: valueOf(service, 'health_check', 'config', 'argv'),
    }).toEqual({
      version: { type: ['string', 'number', 'boolean'], maxLength: 2000 },
      technology: {
        anyOf: [{ type: 'string', enum: ['kubectl', 'ssh', 'tcp', 'command'] }, variable],
      },
      port: { anyOf: [port, numberAsText, variable, { type: 'string', const: 'auto' }] },
      switch: {
        anyOf: [{ type: 'boolean' }, { type: 'string', pattern: '^(true|false|yes|no|on|off)$' }, variable],
      },
      text: { type: ['string', 'number', 'boolean'], minLength: 1, maxLength: 500 },
      duration: { type: ['number', 'string'] },
      list: {
        anyOf: [{ type: 'array', minItems: 1, maxItems: 200, items: word }, word],
      },
    });
  });

  it('requires a port or a socket, and the keys of the technology', () => {
    const { required, anyOf, allOf } = services.items as Tree & { readonly allOf: readonly Tree[] };
    expect({ required, anyOf }).toEqual({
      required: ['name', 'technology', 'connection'],
      anyOf: [{ required: ['local_port'] }, { required: ['local_socket'] }],
    });
    expect(allOf.map((one) => one['if'])).toEqual(
      ['kubectl', 'ssh', 'tcp', 'command'].map((technology) => ({
        properties: { technology: { const: technology } },
        required: ['technology'],
      })),
    );
  });
});
