declare const __LOCALPORT_VERSION__: string;

/** From package.json; put in by the bundler. */
export const version = __LOCALPORT_VERSION__;
