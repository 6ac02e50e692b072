import { assertNever } from '../../../../shared/result.ts';
import type { Probe } from '../probe.ts';
import { probeHttp } from './http-probe.ts';
import { probeKafka } from './kafka-probe.ts';
import { probePostgres } from './postgres-probe.ts';
import { probeTcp } from './tcp-probe.ts';

/** Every check there is: hands a request to the probe of its type. */
export const probeRegistry: Probe = (request) => {
  const { spec } = request;
  switch (spec.type) {
    case 'tcp':
      return probeTcp(request);
    case 'http':
    case 'https':
      return probeHttp(request, spec);
    case 'postgres':
      return probePostgres(request);
    case 'kafka':
      return probeKafka(request);
    default:
      return assertNever(spec, 'check');
  }
};
