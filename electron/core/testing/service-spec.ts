import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { bareService } from '../config/service-defaults.ts';

/** A complete service for a test: a relay from port 5432 to db:5432 with the product's own defaults, except for the given fields. */
export const serviceSpec = (name: string, given: Partial<ServiceSpec> = {}): ServiceSpec => ({
  ...bareService({
    name,
    localPort: 5432,
    connection: { technology: 'tcp', host: 'db', remotePort: 5432 },
  }),
  ...given,
});
