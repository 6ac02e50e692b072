import { describe, expect, it } from 'vitest';
import { configJsonSchema } from './config-json-schema.ts';
import { connectionKeyHelps, fileKeyHelps, type KeyHelps, serviceKeyHelps } from './config-key-help.ts';

type Tree = Readonly<Record<string, unknown>>;

/** Every property below, as `a.b`, and whether editors have something to show beside it. */
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
});
