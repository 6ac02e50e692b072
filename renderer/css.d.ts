/** Declares stylesheet imports, which esbuild bundles, as modules without exports. */
declare module '*.css';
