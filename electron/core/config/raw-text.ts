/** 0.3.7 treated an empty text as absent. */
export const textOrNull = (text: string | undefined): string | null =>
  text === undefined || text === '' ? null : text;
