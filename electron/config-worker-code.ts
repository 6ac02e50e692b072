declare const __LOCALPORT_CONFIG_WORKER__: string;

/** The code of the worker that compiles configs, from electron/core/config/config-worker.ts; inserted by the bundler. */
export const configWorkerCode = __LOCALPORT_CONFIG_WORKER__;
