/** Finds the key that a refused login lacked: a file that takes a passphrase, and that the user's agent could hold. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Clock } from '../clock.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { askChild } from '../process/child-query.ts';
import { privateKeyFacts, publicKeyIn } from './private-key.ts';
import type { SshConnection } from './ssh-command.ts';
import { askSshSettings, sshSetting, sshSettings } from './ssh-settings.ts';

export interface LockedKeyTerms {
  readonly launcher: ChildLauncher;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Of ssh's settings and of the agent, each. */
const answerMs = 5_000;
const maxKeyBytes = 64 * 1024;
/** ssh_config allows more; nobody has them. */
const maxFiles = 20;

/** SSH_AUTH_SOCK for the agent that this login uses, where ssh_config names another one; null: it may use none. */
type AgentPlace = Readonly<Record<string, string>> | null;

/** `asked`: the key that ssh has asked the passphrase of. null: no locked key is missing, or there is no agent for it. Never rejects. */
export async function findLockedKey(
  connection: SshConnection,
  asked: string | null,
  terms: LockedKeyTerms,
): Promise<string | null> {
  const settings = await settingsOf(connection, terms);
  if (settings === null) return null;
  const agent = agentIn(settings);
  const held = agent === null ? null : await keysOf(agent, terms);
  if (held === null) return null;
  const named = connection.keyFile ?? asked;
  const files = named === null ? sshSettings(settings, 'identityfile') : [named];
  for (const file of files.slice(0, maxFiles)) {
    const locked = await lockedKeyAt(inHome(file), held);
    if (locked !== null) return locked;
  }
  return null;
}

/** What ssh-add needs in its environment to reach the agent of this login; null: it uses none. Never rejects. */
export async function agentOf(connection: SshConnection, terms: LockedKeyTerms): Promise<AgentPlace> {
  const settings = await settingsOf(connection, terms);
  return settings === null ? null : agentIn(settings);
}

async function settingsOf(
  connection: SshConnection,
  terms: LockedKeyTerms,
): Promise<readonly string[] | null> {
  const answer = await askSshSettings(connection, { ...terms, timeoutMs: answerMs });
  return answer.kind === 'answered' && answer.exit.exitCode === 0 ? answer.output : null;
}

/** IdentityAgent in ssh_config(5). */
function agentIn(settings: readonly string[]): AgentPlace {
  if (settings.includes('identityagent none')) return null;
  const place = sshSetting(settings, 'identityagent');
  if (place === null || place === 'SSH_AUTH_SOCK') return {};
  // A variable of the environment is known to ssh alone.
  return place.startsWith('$') ? null : { SSH_AUTH_SOCK: inHome(place) };
}

/** Public keys; null: there is no agent. ssh-add(1): 1 with no keys, 2 without an agent. */
async function keysOf(env: Readonly<Record<string, string>>, terms: LockedKeyTerms) {
  const request = { name: 'ssh-add -L', argv: ['ssh-add', '-L'] as const, env };
  const answer = await askChild(request, { ...terms, timeoutMs: answerMs });
  if (answer.kind !== 'answered') return null;
  const { exitCode } = answer.exit;
  return exitCode === 0 || exitCode === 1 ? new Set(answer.output.map(publicKeyIn)) : null;
}

/** `file`: of the private or of the public key. */
async function lockedKeyAt(file: string, held: ReadonlySet<string | null>): Promise<string | null> {
  const privateFile = file.endsWith('.pub') ? file.slice(0, -'.pub'.length) : file;
  const facts = privateKeyFacts((await textOf(privateFile)) ?? '');
  if (facts?.isLocked !== true) return null;
  const publicKey = facts.publicKey ?? publicKeyIn((await textOf(`${privateFile}.pub`)) ?? '');
  return publicKey !== null && held.has(publicKey) ? null : privateFile;
}

async function textOf(file: string): Promise<string | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null || text.length > maxKeyBytes ? null : text;
}

const inHome = (file: string): string => (file.startsWith('~/') ? path.join(homedir(), file.slice(2)) : file);
