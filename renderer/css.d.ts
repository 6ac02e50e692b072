/** esbuild bundles stylesheets; for the compiler they are there and export nothing. */
declare module '*.css';
