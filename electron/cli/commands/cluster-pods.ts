import { printListing, type ListingOptions } from '../cluster-listing.ts';
import type { Action } from '../command-context.ts';
import { podsSchema } from '../kube-query.ts';
import { podCells, podHeader, podRows } from '../output/cluster-rows.ts';

export const clusterPods: Action<ListingOptions> = (context, options) =>
  printListing(context, options, {
    args: ['get', 'pods'],
    schema: podsSchema,
    rowsOf: podRows,
    header: podHeader,
    cellsOf: (row) => podCells(row, context.palette, context.clock.wallNow()),
    arrange: (rows) => rows,
    nothing: 'no pods',
  });
