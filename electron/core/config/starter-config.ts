/**
 * The config file that LocalPort creates if there is none, for `localport config init`, for "Create Config" and for the first
 * service of a form.
 */
import { realpath, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../files/make-folder.ts';
import { digestOf, TrustStore } from './trust-store.ts';

/** Valid as it is, with an example of each technology: services that the user uncomments or adds will run. */
export const starterConfig = `# LocalPort: which ports to forward. Saved changes take effect immediately.
# Check it with: localport config validate
version: "1.0"

services:
# Examples, one for each technology: uncomment what you need.
#   - name: postgres
#     technology: kubectl
#     local_port: 5432
#     remote_port: 5432
#     tags: [backend]
#     connection:
#       context: my-cluster
#       namespace: default
#       resource_type: service
#       resource_name: postgres
#     health_check:
#       type: postgres
#
#   - name: admin
#     technology: ssh
#     local_port: 8443
#     remote_port: 443
#     connection:
#       host: bastion.example.com
#       user: me
#       remote_host: admin.internal
#
#   - name: cache
#     technology: tcp
#     local_port: 6379
#     remote_port: 6379
#     connection:
#       host: 10.0.0.7
#
#   - name: database-proxy
#     technology: command
#     local_port: 3306
#     connection:
#       argv: [cloud-sql-proxy, --port, "{local_port}", my-project:my-region:my-database]

# defaults:
#   health_check:
#     interval: 30s
#   restart_policy:
#     max_attempts: 5
`;

const firstLine = starterConfig.slice(0, starterConfig.indexOf('\n'));

/** The file began as ours, whatever was added to it, so it was never one of 0.3.7. */
export const isFromStarter = (text: string): boolean => text.startsWith(firstLine);

/**
 * Writes it, private to the user and trusted: the text is ours, even if it is found in a folder later. False: a file already
 * exists. Rejects with the system's error.
 */
export async function writeStarterConfig(
  file: string,
  { stateDirectory, overwrite = false }: { readonly stateDirectory: string; readonly overwrite?: boolean },
): Promise<boolean> {
  await makeFolder(dirname(file));
  try {
    await writeFile(file, starterConfig, { mode: 0o600, flag: overwrite ? 'w' : 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  const identity = { realPath: await realpath(file), digest: digestOf(starterConfig) };
  await new TrustStore(stateDirectory).trust(identity).catch(() => undefined);
  return true;
}
