/** Lists that are requested from several clusters at once: results are printed, and each failing cluster is named. */
import type * as z from 'zod';
import { namespaceFlag } from '../core/kube/kubectl-flags.ts';
import type { CommandContext } from './command-context.ts';
import { exitCode, type ExitCode } from './exit-code.ts';
import { contextsInUse, contextTitle, type ContextInUse } from './kube-contexts.ts';
import { askCluster } from './kube-query.ts';
import { mapInTurns } from '../core/import/map-in-turns.ts';
import { alignColumns, type Cell } from './output/columns.ts';
import { fields } from './output/fields.ts';
import { jsonLines } from './output/json-lines.ts';

export interface ListingOptions {
  readonly context?: readonly string[];
  readonly namespace?: string;
  readonly allNamespaces?: true;
}

export interface Listing<Schema extends z.ZodType, Row> {
  /** Arguments for kubectl, without namespace. */
  readonly args: readonly string[];
  readonly schema: Schema;
  readonly rowsOf: (context: string, answer: z.infer<Schema>) => readonly Row[];
  readonly header: readonly string[];
  readonly cellsOf: (row: Row) => readonly Cell[];
  /** Sorts and truncates. */
  readonly arrange: (rows: readonly Row[]) => readonly Row[];
  /** The message if nothing was found. */
  readonly nothing: string;
}

/** Each is a kubectl process, and a config may name hundreds. */
const queriesAtOnce = 16;

/** By default only namespaces that services use are queried: many users may not read the others. */
export async function printListing<Schema extends z.ZodType, Row>(
  context: CommandContext,
  options: ListingOptions,
  listing: Listing<Schema, Row>,
): Promise<ExitCode> {
  const contexts = await contextsInUse(context, options.context);
  const places = contexts.flatMap((where) =>
    namespaceArguments(where, options).map((namespace) => ({ where, namespace })),
  );
  const asked = await mapInTurns(places, queriesAtOnce, async ({ where, namespace }) => {
    const { schema } = listing;
    const answer = await askCluster(context, where, { args: [...listing.args, ...namespace], schema });
    return { title: contextTitle(where), answer };
  });
  const rows: Row[] = [];
  let code: ExitCode = exitCode.ok;
  for (const { title, answer } of asked) {
    if (answer.ok) rows.push(...listing.rowsOf(title, answer.value));
    else {
      code = exitCode.error;
      context.complain(`${context.complaintPalette.bad('error:')} ${title}: ${answer.error}`);
    }
  }
  print(context, listing, { rows: listing.arrange(rows), isWhole: code === exitCode.ok });
  return code;
}

function namespaceArguments(
  { namespaces }: ContextInUse,
  { namespace, allNamespaces }: ListingOptions,
): readonly (readonly string[])[] {
  if (namespace !== undefined) return [[`--namespace=${namespace}`]];
  if (allNamespaces === true || namespaces.length === 0) return [['--all-namespaces']];
  return namespaces.map(namespaceFlag);
}

function print<Schema extends z.ZodType, Row>(
  { format, palette, print: printLines, tell }: CommandContext,
  { header, cellsOf, nothing }: Listing<Schema, Row>,
  { rows, isWhole }: { readonly rows: readonly Row[]; readonly isWhole: boolean },
): void {
  if (format === 'json') printLines(...jsonLines(rows));
  else if (rows.length === 0) {
    if (isWhole) tell(nothing);
  } else if (format === 'text')
    printLines(...rows.map((row) => fields(...cellsOf(row).map(({ text, exact = text }) => exact))));
  else {
    const head = header.map((text): Cell => ({ text, paint: palette.faint }));
    printLines(...alignColumns([head, ...rows.map(cellsOf)]));
  }
}
