import { existsSync, statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { folderNames } from '../../core/config/config-search.ts';
import { TrustStore } from '../../core/config/trust-store.ts';
import type { ControlClient } from '../../core/control/control-client.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure, usageFailure } from '../command-failure.ts';
import { chooseConfigFile } from '../config-choice.ts';
import { recordTrust, reviewConfig } from '../config-trust.ts';
import { exitCode } from '../exit-code.ts';
import { answerOf, closing, findHost } from '../host-connection.ts';
import { jsonLines } from '../output/json-lines.ts';
import { reviewLines } from '../output/review-lines.ts';

/** Trusts the current text of a config, and shows what would run. A host that runs the config applies it. */
export const trust: Action = (context, _options, words) =>
  withMeantFile(context, words, async (file, client) => {
    const { identity, review } = await reviewConfig(context, file);
    await recordTrust(context, identity);
    if (client !== null) answerOf(await client.request('reload', {}));
    if (context.format === 'json') {
      const { services } = review;
      context.print(...jsonLines({ path: identity.realPath, trusted: true, services }));
    } else context.say(`trusted: ${identity.realPath}`, ...reviewLines(review));
    return exitCode.ok;
  });

/** Revokes the trust in every text of a config. A host stops whatever it runs from it. */
export const untrust: Action = (context, _options, words) =>
  withMeantFile(context, words, async (file, client) => {
    const real = await realpath(file).catch(() => file);
    const wasTrusted = await new TrustStore(context.paths.stateDirectory).untrust(real);
    if (client !== null) answerOf(await client.request('untrust', {}));
    if (context.format === 'json')
      context.print(...jsonLines({ path: real, trusted: false, was_trusted: wasTrusted }));
    else context.say(wasTrusted ? `no longer trusted: ${real}` : `was not trusted: ${real}`);
    return exitCode.ok;
  });

/** `client`: of a host that runs this file and needs the user's trust for it; null: there is none. */
async function withMeantFile<T>(
  context: CommandContext,
  [named, ...more]: readonly string[],
  work: (file: string, client: ControlClient | null) => Promise<T>,
): Promise<T> {
  if (more.length > 0) throw usageFailure('one file at a time');
  const running = await findHost(context);
  if (running === null) return work(meantFile(context, named, null), null);
  return closing(running, async () => {
    const { config } = answerOf(await running.request('snapshot', {}));
    const ofHost = config.needsTrust === true ? config.path : null;
    const file = meantFile(context, named, ofHost);
    return work(file, ofHost !== null && (await isSameFile(file, ofHost)) ? running : null);
  });
}

/**
 * The named file or folder, otherwise the result of a search in this folder, otherwise the config that the host has
 * under review.
 */
function meantFile(context: CommandContext, named: string | undefined, ofHost: string | null): string {
  if (named !== undefined) {
    const file = path.resolve(context.workingDirectory, named);
    const isFolder = statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
    if (!isFolder) return file;
    const inside = folderNames.map((name) => path.join(file, name)).find((place) => existsSync(place));
    if (inside !== undefined) return inside;
    throw new CommandFailure(`there is no config in ${file}`, {
      hint: `Expected ${folderNames.join(' or ')}.`,
    });
  }
  const found = chooseConfigFile(context);
  const file = found?.foundBy === 'folder' ? found.path : ofHost;
  if (file !== null) return file;
  throw new CommandFailure('there is no config here that needs trust', {
    hint: 'Name one: localport trust PATH',
  });
}

const isSameFile = async (one: string, other: string): Promise<boolean> =>
  (await realpath(one).catch(() => one)) === (await realpath(other).catch(() => other));
