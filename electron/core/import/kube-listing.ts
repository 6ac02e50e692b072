/**
 * What `kubectl get … -o json` lists → what the form offers as targets, without names that would show as something else. Pure.
 */
import * as z from 'zod';
import type { KubeTargetChoice } from '../../../shared/import-contract.ts';
import { firstUnseen } from '../../../shared/visible-text.ts';

const containerPort = z.object({
  name: z.string().optional(),
  containerPort: z.number().int(),
  protocol: z.string().optional(),
});
const podSpec = z.object({ containers: z.array(z.object({ ports: z.array(containerPort).optional() })) });
const itemSchema = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
  spec: z
    .object({
      ports: z
        .array(
          z.object({ name: z.string().optional(), port: z.number().int(), protocol: z.string().optional() }),
        )
        .optional(),
      template: z.object({ spec: podSpec }).optional(),
      containers: podSpec.shape.containers.optional(),
    })
    .optional(),
});
const listSchema = z.object({ items: z.array(itemSchema) });

type Item = z.infer<typeof itemSchema>;

/** The user finds more by typing further. */
export const maxTargets = 2_000;

/** Services first, then workloads, then pods, as requested. null: not a list. */
export function targetsIn(list: unknown): readonly KubeTargetChoice[] | null {
  const parsed = listSchema.safeParse(list);
  if (!parsed.success) return null;
  return parsed.data.items
    .slice(0, maxTargets)
    .map((item) => ({
      resource: `${item.kind.toLowerCase()}/${item.metadata.name}`,
      ports: portsOf(item).filter(({ name }) => name === null || firstUnseen(name) === null),
    }))
    .filter(({ resource }) => firstUnseen(resource) === null);
}

function portsOf({ spec }: Item): KubeTargetChoice['ports'] {
  const containers = spec?.template?.spec.containers ?? spec?.containers ?? [];
  const ports = [
    ...(spec?.ports ?? []),
    ...containers.flatMap((container) =>
      (container.ports ?? []).map((port) => ({ ...port, port: port.containerPort })),
    ),
  ];
  return ports
    .filter(({ protocol = 'TCP' }) => protocol === 'TCP')
    .map(({ name = null, port }) => ({ port, name }));
}

/** From lines of `namespace/shop`. */
export const namespacesIn = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim().replace(/^namespace\//, ''))
    .filter((name) => name !== '' && firstUnseen(name) === null);
