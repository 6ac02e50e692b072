/** `ECONNREFUSED` and its like, or the error's own words when the system gave no code. */
export function errorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
