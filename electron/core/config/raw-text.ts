/** 0.3.7 took an empty text for none. */
export const textOrNull = (text: string | undefined): string | null =>
  text === undefined || text === '' ? null : text;
