/**
 * Checks what the services of a config need on this machine, for `localport doctor` and the Doctor page of the app. Each
 * check has a time limit and opens no connection, which could be the only one that a target accepts.
 */
import path from 'node:path';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { mapInTurns } from '../import/map-in-turns.ts';
import { findOnPath } from '../process/find-on-path.ts';
import { isBad, isFine, type Need, type Verdict } from './need.ts';
import { judgeContext } from './needed-contexts.ts';
import { judgeCaFile, judgeKeyFile } from './needed-files.ts';
import { judgeHost, judgeSshHost, type HostTools } from './needed-hosts.ts';
import { needsOf, type Needed, type NeededBy } from './needs-of.ts';

/** Each check may run ssh, and a config has up to a thousand services. */
const atOnce = 16;
const maxNames = 5;

/** In the order of the config. Never rejects. */
export const examineNeeds = (services: readonly ServiceSpec[], tools: HostTools): Promise<readonly Need[]> =>
  mapInTurns(needsOf(services), atOnce, async (one) => withNames(one, await judge(one.needed, tools)));

function judge(needed: Needed, tools: HostTools): Promise<Verdict> {
  switch (needed.kind) {
    case 'context':
      return judgeContext(needed, tools.environment);
    case 'ssh-host':
      return judgeSshHost(needed.connection, tools);
    case 'host':
      return judgeHost(needed.host, tools);
    case 'key':
      return judgeKeyFile(needed.file);
    case 'ca':
      return judgeCaFile(needed.file);
    case 'program':
      return judgeProgram(needed.program, tools);
  }
}

async function judgeProgram(program: string, { environment }: HostTools): Promise<Verdict> {
  const file = await findOnPath(program, environment);
  return file === null
    ? isBad('was not found', "Install it, or put it on your login shell's PATH.")
    : isFine(file);
}

/** `resolves to 10.0.0.7 (db, cache)` */
function withNames({ needed, names }: NeededBy, verdict: Verdict): Need {
  const more = names.length > maxNames ? ` and ${names.length - maxNames} more` : '';
  const users = `${names.slice(0, maxNames).join(', ')}${more}`;
  return { ...verdict, subject: subjectOf(needed), message: `${verdict.message} (${users})` };
}

function subjectOf(needed: Needed): string {
  switch (needed.kind) {
    case 'context':
      return needed.context === null ? 'current context' : `context ${needed.context}`;
    case 'ssh-host':
      return `ssh host ${needed.connection.host}`;
    case 'host':
      return `host ${needed.host}`;
    case 'key':
      return 'key';
    case 'ca':
      return 'CA file';
    case 'program':
      return `program ${path.basename(needed.program)}`;
  }
}
