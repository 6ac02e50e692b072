// The namespaces (network, processes, mounts) that a row of the fault bench runs in. They end with everything that it
// has started.

const namespaces = [
  '--net',
  '--mount',
  '--propagation',
  'private',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
];

/** The shell is the first process of the namespace and reaps orphans; $0 is the folder, "$@" the row. */
const firstProcess =
  'mount -t tmpfs -o size=256m,mode=700 faults "$0" && ip link set lo up && "$@" & wait $!';

/** The command that runs the bundled e2e/faults/faults-main.ts there; it needs root on Linux.
 * @param {string} folder TMPDIR of the row, empty: a file system of the row's own is mounted on it
 * @param {readonly string[]} words the bundle and its arguments
 * @returns {readonly [string, ...string[]]} */
export const faultRowCommand = (folder, words) => [
  'unshare',
  ...namespaces,
  'sh',
  '-c',
  firstProcess,
  folder,
  process.execPath,
  '--enable-source-maps',
  ...words,
];
