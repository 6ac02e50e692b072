// Which folder may import which. Run by `npm run check`.

/** Tests reach wider: for their runner, property tests and fakes. */
const tests = String.raw`\.test\.tsx?$|/testing/`;
/** Installed packages, as a path pattern.
 * @param {string[]} names */
const npm = (...names) => names.map((name) => `node_modules/${name}(/|$)`).join('|');

/** A rule that forbids everything outside of the allowed paths.
 * @param {{ name: string, from: string, allowed: string[], comment: string }} rule */
const mayOnlyImport = ({ name, from, allowed, comment }) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: tests },
  to: { pathNot: allowed.join('|') },
});

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one concept, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'The import names no file.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: ['^node:', '^electron$', String.raw`\.css$`] },
    },
    mayOnlyImport({
      name: 'shared-is-pure',
      comment: 'shared/ is the vocabulary of every process: no Node, no Electron, no DOM.',
      from: '^shared/',
      allowed: ['^shared/', npm('zod')],
    }),
    {
      name: 'core-without-electron',
      comment: 'electron/core is plain Node: the daemon runs it without Electron.',
      severity: 'error',
      from: { path: '^electron/core/' },
      to: { path: ['^electron/(?!core/)', '^renderer/', '^electron$', npm('electron', 'react')] },
    },
    {
      name: 'electron-only-in-the-shell',
      comment: 'Only the shell and the composition roots of the menu-bar host touch the electron module.',
      severity: 'error',
      from: { path: '^(electron|shared|renderer)/', pathNot: '^electron/(shell/|main\\.ts|preload\\.ts)' },
      to: { path: ['^electron$', npm('electron')] },
    },
    {
      name: 'shell-imports-shared-and-core',
      comment: 'The shell knows shared, core and itself.',
      severity: 'error',
      from: { path: '^electron/shell/' },
      to: { path: ['^electron/cli/', '^electron/[^/]+\\.ts$', '^renderer/', '^e2e/', '^build/'] },
    },
    {
      name: 'cli-speaks-to-the-host',
      comment:
        'The command sends messages to a host; it does not run services itself. Its version is that of all.',
      severity: 'error',
      from: { path: '^electron/cli/', pathNot: tests },
      to: {
        path: ['^electron/shell/', '^electron/[^/]+\\.ts$', '^renderer/', '^e2e/', '^build/'],
        pathNot: '^electron/version\\.ts$',
      },
    },
    mayOnlyImport({
      name: 'renderer-talks-to-the-bridge',
      comment: 'The popover has the bridge and React, nothing of Node.',
      from: '^renderer/',
      allowed: ['^renderer/', '^shared/', npm('react', 'react-dom', '@types/react', '@types/react-dom')],
    }),
    {
      name: 'no-product-code-imports-tests',
      comment: 'Fakes and fixtures stay out of the product.',
      severity: 'error',
      from: { path: '^(electron|shared|renderer)/', pathNot: tests },
      to: { path: [tests, '^e2e/', '^build/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.cache)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
