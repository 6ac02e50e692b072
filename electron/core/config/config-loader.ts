import { resolve } from 'node:path';
import { describeCause, type Cause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { ConfigCompiler, LoadedConfig } from './config-compiler.ts';
import { systemClock } from '../clock.ts';
import { thisPrivacy } from '../privacy/mac-privacy.ts';
import { protectedFolderOf, type FolderPrivacy } from '../privacy/protected-folder.ts';
import { readConfigSource } from './config-source.ts';
import { fileOf } from './needed-file.ts';
import { ReadableFiles } from './readable-file.ts';
import type { Environment } from './environment-substitution.ts';
import type { ConfigIdentity } from './trust-store.ts';

export interface LoadContext {
  /** The values of `${NAME}`: the login shell's environment, once it is known. */
  readonly env: Environment;
  readonly homeDirectory: string;
  /** The user who runs the app: other users' files are refused. */
  readonly uid: number;
  /** As in `CompileContext`. */
  readonly salvage?: boolean;
}

/** A config together with the exact text that it was compiled from. */
export interface ReadConfig extends LoadedConfig {
  readonly identity: ConfigIdentity;
}

export interface Loading {
  readonly compile: ConfigCompiler;
  /** After it aborts, the result is meaningless. */
  readonly signal: AbortSignal;
}

/**
 * Reads, checks and completes the config file at `path`. Rejects only if `compile` does, and never blocks on a pipe.
 * Either the whole file is valid, except for services that fail alone (their `problem` is set), or the error lists all
 * problems in it, including warnings, in the order of the file.
 */
export async function loadConfig(
  path: string,
  context: LoadContext,
  { compile, signal }: Loading,
): Promise<Result<ReadConfig, readonly ConfigProblem[]>> {
  const absolutePath = resolve(path);
  const { uid, ...compileContext } = context;
  const source = await readConfigSource(absolutePath, uid);
  if (!source.ok) return err([source.error]);
  const { text, realPath, digest } = source.value;
  const compiled = await compile(text, { ...compileContext, path: absolutePath }, signal);
  if (!compiled.ok) return compiled;
  const { config, fileLocations } = compiled.value;
  const services = config.services.map((service) =>
    withFileChecked(service, fileLocations.get(service.name) ?? '', signal),
  );
  return ok({ ...config, services: await Promise.all(services), identity: { realPath, digest } });
}

const files = new ReadableFiles();

async function withFileChecked(
  service: ServiceSpec,
  place: string,
  signal: AbortSignal,
): Promise<ServiceSpec> {
  const needed = service.problem === null ? fileOf(service.connection) : null;
  if (needed === null) return service;
  const code = await files.refusalOf(needed.file, { clock: systemClock, signal });
  return code === null
    ? service
    : { ...service, problem: neededFileCause(code, { file: needed.file, place }) };
}

/** Why a key or a kubeconfig cannot be used, from the errno of access(2). `place`: where the config names it. */
export function neededFileCause(
  code: string,
  { file, place }: { readonly file: string; readonly place: string },
  privacy: FolderPrivacy = thisPrivacy,
): Cause {
  if (code === 'ETIMEDOUT')
    return describeCause('file-unreadable', {
      what: file,
      evidence: `its volume does not answer (${place})`,
    });
  const details = { what: file, evidence: place };
  return code === 'EPERM' && protectedFolderOf(file, privacy) !== null
    ? describeCause('file-unreadable', { ...details, program: privacy.program })
    : describeCause('file-missing', details);
}
