/** How much of the past is told of a service: free of the schemas, which the popover's bundle would otherwise carry. */
export const detailsSpanMs = 24 * 60 * 60 * 1000;
export const maxPastOutages = 50;
