declare const __LOCALPORT_VERSION__: string;

/** From package.json; inserted by the bundler. */
export const version = __LOCALPORT_VERSION__;
