/** Queries a cluster with kubectl, and parses its answer. */
import * as z from 'zod';
import { err, ok, type Result } from '../../shared/result.ts';
import type { CommandContext } from './command-context.ts';
import { clusterFlags } from '../core/kube/kubectl-flags.ts';
import type { ContextInUse } from './kube-contexts.ts';
import { lastLine, runTool, type ToolRun } from './tool-run.ts';

const queryMs = 20_000;

/** The error is kubectl's last line. `args`: without context and output format. */
export async function askCluster<Schema extends z.ZodType>(
  context: CommandContext,
  where: ContextInUse,
  { args, schema }: { readonly args: readonly string[]; readonly schema: Schema },
): Promise<Result<z.infer<Schema>, string>> {
  const argv = ['kubectl', ...clusterFlags(where), ...args, '--output=json'] as const;
  const run = await runTool(context, argv, queryMs);
  if (run.exitCode !== 0) return err(complaintOf(run));
  try {
    const answer = schema.safeParse(JSON.parse(run.stdout));
    return answer.success ? ok(answer.data) : err('kubectl answered in an unknown form');
  } catch {
    return err('kubectl answered with something else than JSON');
  }
}

/** kubectl's last line, without the leading `error:`: it follows one of ours, or a mark. Never empty. */
export const complaintOf = ({ stderr, exitCode }: ToolRun): string =>
  // It asks for a user name then.
  lastLine(stderr)
    .replace(/^(?:Please enter Username: )?error: /i, '')
    .replace(/^EOF$/, 'the kubeconfig has no credentials for it') ||
  `kubectl failed and said nothing${exitCode === null ? '' : ` (exit code ${exitCode})`}`;

const metadata = z.object({ name: z.string(), namespace: z.string().default('') });
const condition = z.object({ type: z.string(), status: z.string() });

export const versionSchema = z.object({ serverVersion: z.object({ gitVersion: z.string() }) });

export const nodesSchema = z.object({
  items: z.array(z.object({ metadata, status: z.object({ conditions: z.array(condition).default([]) }) })),
});

export const podsSchema = z.object({
  items: z.array(
    z.object({
      metadata,
      status: z.object({
        phase: z.string().default('Unknown'),
        startTime: z.string().nullish(),
        containerStatuses: z
          .array(
            z.object({
              ready: z.boolean(),
              restartCount: z.number().default(0),
              state: z.object({ waiting: z.object({ reason: z.string().nullish() }).nullish() }).nullish(),
            }),
          )
          .default([]),
      }),
    }),
  ),
});
export type PodList = z.infer<typeof podsSchema>;

export const eventsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ namespace: z.string().default(''), creationTimestamp: z.string().nullish() }),
      involvedObject: z.object({ kind: z.string().default(''), name: z.string().default('') }),
      type: z.string().default(''),
      reason: z.string().default(''),
      message: z.string().default(''),
      count: z.number().nullish(),
      lastTimestamp: z.string().nullish(),
      eventTime: z.string().nullish(),
    }),
  ),
});
export type EventList = z.infer<typeof eventsSchema>;
