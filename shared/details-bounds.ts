/** How much of a service's history is kept. Separate from the schemas, to keep them out of the popover's bundle. */
export const detailsSpanMs = 24 * 60 * 60 * 1000;
export const maxPastOutages = 50;
