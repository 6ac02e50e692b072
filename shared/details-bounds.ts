/** How much of a service's past is kept: free of the schemas, which the popover's bundle would otherwise carry. */
export const detailsSpanMs = 24 * 60 * 60 * 1000;
export const maxPastOutages = 50;
