// The kind of a build: a release has exactly the Electron of package.json. Any other one, such as the old one on a
// machine that can download nothing else, makes a test build, whose name and folder say so. Pure.

/** @typedef {{ readonly kind: 'release' } | { readonly kind: 'for-tests', readonly why: string }} BuildKind */
/** @typedef {{ readonly wanted: string, readonly found: string, readonly mustRelease: boolean }} Electrons
 * wanted: of package.json. mustRelease: a build for tests is refused. */

/** @param {Electrons} electrons
 * @returns {{ readonly ok: true, readonly value: BuildKind } | { readonly ok: false, readonly error: string }} */
export const buildKind = ({ wanted, found, mustRelease }) => {
  if (wanted === found) return { ok: true, value: { kind: 'release' } };
  const why = `package.json has Electron ${wanted}, and this machine has ${found}`;
  return mustRelease
    ? { ok: false, error: `No release is built: ${why}.` }
    : { ok: true, value: { kind: 'for-tests', why } };
};

/** The name of a build, and the folder in dist/ for its results.
 * @param {BuildKind} build @param {string} productName */
export const namesOf = ({ kind }, productName) =>
  kind === 'release'
    ? { productName, artifact: productName, folder: 'package' }
    : {
        productName: `${productName} for tests`,
        artifact: `${productName}-for-tests`,
        folder: 'package-for-tests',
      };

/** Where releases are found: package.json's `repository`, else the repository that a workflow runs in. null: nowhere, and
 * the app does not look for updates.
 * @param {{ readonly repository?: string | { readonly url: string } }} packageJson
 * @param {string | undefined} workflowRepository `owner/name`
 * @returns {{ readonly owner: string, readonly repo: string } | null} */
export const releasePlace = ({ repository }, workflowRepository) => {
  const named = typeof repository === 'string' ? repository : repository?.url;
  const [, owner, repo] = /([\w.-]+)\/([\w.-]+?)(?:\.git)?$/.exec(named ?? workflowRepository ?? '') ?? [];
  return owner === undefined || repo === undefined ? null : { owner, repo };
};
