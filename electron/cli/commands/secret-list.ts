import { parseSecretReference, type SecretReference } from '../../../shared/secret-reference.ts';
import { referencesOf } from '../../core/secrets/service-secrets.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { requireTrustIn } from '../config-choice.ts';
import { readConfig, requireConfigFile } from '../configured-services.ts';
import { exitCode } from '../exit-code.ts';
import { brokenConfig } from '../output/config-complaint.ts';
import { bad, fine, reportFindings, type Finding } from '../output/findings.ts';
import { lookUpSecret, rememberedNames } from '../secret-keeper.ts';

/**
 * The secrets that the config names, whether each can be read, and the remembered answers to ssh. 1Password is not
 * asked: it might ask the user.
 */
export const secretList: Action = async (context) => {
  const remembered = rememberedNames(context)
    .all()
    .map((name) => fine(name, 'remembered for ssh'));
  const found = requireConfigFile(context);
  const { path } = found;
  // The keychain may ask to be unlocked, for names that a stranger has chosen.
  await requireTrustIn(context, found);
  const loaded = await readConfig(context, path);
  if (!loaded.ok) throw brokenConfig(context, path, loaded.error);
  const users = new Map<string, string[]>();
  for (const service of loaded.value.services)
    for (const reference of referencesOf(service))
      users.set(reference, [...(users.get(reference) ?? []), service.name]);
  if (users.size === 0 && remembered.length === 0) {
    context.tell(`${path} refers to no stored password: write password: keychain:NAME`);
    return exitCode.ok;
  }
  const findings: Finding[] = [];
  for (const [text, names] of users) {
    const reference = parseSecretReference(text);
    if (reference !== null) findings.push(await examine(context, reference, { text, names }));
  }
  return reportFindings(context, [...findings, ...remembered]);
};

async function examine(
  context: CommandContext,
  reference: SecretReference,
  { text, names }: { readonly text: string; readonly names: readonly string[] },
): Promise<Finding> {
  const usedBy = `used by ${names.join(', ')}`;
  if (reference.kind === 'op') return fine(text, `${usedBy}; read when one of them is started`);
  const found = await lookUpSecret(context, reference);
  return found.ok
    ? fine(text, `${usedBy}; it is stored`)
    : bad(text, `${usedBy}; ${found.error.title}`, found.error.remedy);
}
