import { localAddress } from '../../../shared/bind-address.ts';
import type { StatusReport } from '../status-report.ts';
import { fields } from './fields.ts';
import { stateOf } from './service-words.ts';

/** One line for each service, its fields separated by tabs: name, state, health, local address (none of a reverse forward), remote
 * end, cause. */
export const statusText = ({ services }: StatusReport): readonly string[] =>
  services.map((service) =>
    fields(
      service.name,
      stateOf(service),
      service.health,
      service.remoteAddress === undefined ? localAddress(service) : '',
      service.route,
      service.cause?.title ?? '',
    ),
  );
