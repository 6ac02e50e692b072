/** A value as JSON for people and scripts, a line at a time: `print` takes lines. */
export const jsonLines = (value: unknown): readonly string[] => JSON.stringify(value, null, 2).split('\n');
