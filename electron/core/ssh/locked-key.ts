/** Finds the key that a refused login lacked: a file with a passphrase that could be added to the user's agent. */
import { homedir } from 'node:os';
import path from 'node:path';
import type { SshConnection } from '../../../shared/service-spec.ts';
import { askChild } from '../process/child-query.ts';
import { readFileStart } from '../files/file-start.ts';
import { privateKeyFacts, publicKeyIn } from './private-key.ts';
import { readSshSettings, type SettingsTools, sshSetting, sshSettingValues } from './ssh-settings.ts';

export interface LockedKeyTerms extends SettingsTools {
  readonly signal: AbortSignal;
}

const agentTimeoutMs = 5_000;
const maxKeyBytes = 64 * 1024;
/** ssh_config allows more, which is unlikely. */
const maxFiles = 20;

/** SSH_AUTH_SOCK for this login's agent if ssh_config sets another one; null: no agent may be used. */
type AgentEnvironment = Readonly<Record<string, string>> | null;

/**
 * `asked`: the key whose passphrase ssh asked for. null: no locked key is missing, or there is no agent for it. Never
 * rejects.
 */
export async function findLockedKey(
  connection: SshConnection,
  asked: string | null,
  terms: LockedKeyTerms,
): Promise<string | null> {
  const settings = await readSshSettings(connection, terms);
  if (settings === null) return null;
  const agent = agentIn(settings);
  const keysInAgent = agent === null ? null : await keysOf(agent, terms);
  if (keysInAgent === null) return null;
  const named = connection.keyFile ?? asked;
  const files = named === null ? sshSettingValues(settings, 'identityfile') : [named];
  for (const file of files.slice(0, maxFiles)) {
    const locked = await lockedKeyAt(inHome(file), keysInAgent);
    if (locked !== null) return locked;
  }
  return null;
}

/** The environment in which ssh-add reaches this login's agent; null: no agent is used. Never rejects. */
export async function agentOf(connection: SshConnection, terms: LockedKeyTerms): Promise<AgentEnvironment> {
  const settings = await readSshSettings(connection, terms);
  return settings === null ? null : agentIn(settings);
}

/** IdentityAgent in ssh_config(5). */
function agentIn(settings: readonly string[]): AgentEnvironment {
  if (settings.includes('identityagent none')) return null;
  const place = sshSetting(settings, 'identityagent');
  if (place === null || place === 'SSH_AUTH_SOCK') return {};
  // Only ssh can expand an environment variable.
  return place.startsWith('$') ? null : { SSH_AUTH_SOCK: inHome(place) };
}

/** The agent's public keys; null: there is no agent. ssh-add(1) exits with 1 without keys, 2 without an agent. */
async function keysOf(env: Readonly<Record<string, string>>, terms: LockedKeyTerms) {
  const request = { name: 'ssh-add -L', argv: ['ssh-add', '-L'] as const, env };
  const answer = await askChild(request, { ...terms, timeoutMs: agentTimeoutMs });
  if (answer.kind !== 'answered') return null;
  const { exitCode } = answer.exit;
  return exitCode === 0 || exitCode === 1 ? new Set(answer.output.map(publicKeyIn)) : null;
}

/** `file`: the private or the public key. */
async function lockedKeyAt(file: string, keysInAgent: ReadonlySet<string | null>): Promise<string | null> {
  const privateFile = file.endsWith('.pub') ? file.slice(0, -'.pub'.length) : file;
  const facts = privateKeyFacts((await readFileStart(privateFile, maxKeyBytes)) ?? '');
  if (facts?.isLocked !== true) return null;
  const publicKey =
    facts.publicKey ?? publicKeyIn((await readFileStart(`${privateFile}.pub`, maxKeyBytes)) ?? '');
  return publicKey !== null && keysInAgent.has(publicKey) ? null : privateFile;
}

const inHome = (file: string): string => (file.startsWith('~/') ? path.join(homedir(), file.slice(2)) : file);
