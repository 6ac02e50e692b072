import { countServices, isInOrder, upOfWanted } from '../../../shared/service-tone.ts';
import { examineNeeds } from '../../core/needs/examine-needs.ts';
import { answerOf } from '../host-connection.ts';
import { bad, fine, note, type Finding } from '../output/findings.ts';
import type { Check } from './examination.ts';

/** What the config's services need outside of LocalPort: contexts, hosts, keys, CA files, programs. */
export const checkNeeds: Check = async ({ context: { clock }, environment, services }) => {
  const needs = await examineNeeds(services, { clock, environment });
  const findings = { ok: fine, note, bad };
  return needs.map(({ level, subject, message, fix }) => findings[level](subject, message, fix));
};

/** The services of a running host. Only the host knows about their targets: a check would take a connection. */
export const checkServices: Check = async ({ client }) => {
  if (client === null) return [];
  const { services } = answerOf(await client.request('snapshot', {}));
  const wanted = services.filter(({ desired }) => desired === 'on');
  if (wanted.length === 0) return [note('services', 'none is on', 'localport start --all')];
  const told = wanted.flatMap(({ name, cause }): readonly Finding[] =>
    cause === null ? [] : [bad(name, cause.title, cause.remedy ?? `localport logs ${name}`)],
  );
  const count = upOfWanted(countServices(wanted));
  return [
    ...told,
    wanted.every(isInOrder) ? fine('services', count) : note('services', count, 'localport status'),
  ];
};
