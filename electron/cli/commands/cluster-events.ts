import { printListing, type ListingOptions } from '../cluster-listing.ts';
import type { Action } from '../command-context.ts';
import { usageFailure } from '../command-failure.ts';
import { eventsSchema } from '../kube-query.ts';
import { eventCells, eventHeader, eventRows, type EventRow } from '../output/cluster-rows.ts';

export interface ClusterEventsOptions extends ListingOptions {
  /** Includes normal events. */
  readonly all?: true;
  readonly lines: string;
}

/** Warnings, the newest last. */
export const clusterEvents: Action<ClusterEventsOptions> = (context, options) => {
  const { all, lines } = options;
  if (!/^\d{1,6}$/.test(lines))
    throw usageFailure(`--lines: ${JSON.stringify(lines)} is not a number from 0 to 999999`);
  return printListing(context, options, {
    args: ['get', 'events', ...(all === true ? [] : ['--field-selector=type!=Normal'])],
    schema: eventsSchema,
    rowsOf: eventRows,
    header: eventHeader,
    cellsOf: (row) => eventCells(row, context.palette, context.clock.wallNow()),
    arrange: (rows) => rows.toSorted(byTime).slice(Math.max(0, rows.length - Number(lines))),
    nothing: all === true ? 'no events' : 'no warnings',
  });
};

const byTime = (a: EventRow, b: EventRow): number => timeOf(a) - timeOf(b);
const timeOf = ({ time }: EventRow): number => (time === null ? 0 : Date.parse(time));
