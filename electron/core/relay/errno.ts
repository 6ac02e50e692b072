/** `ECONNREFUSED` and the like, or the error message if the system gave no code. */
export function errorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
