declare const __LOCALPORT_CONFIG_WORKER__: string;

/** The program of the worker that compiles configs, from electron/core/config/config-worker.ts; put in by the bundler. */
export const configWorkerCode = __LOCALPORT_CONFIG_WORKER__;
