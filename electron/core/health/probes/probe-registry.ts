import { assertNever } from '../../../../shared/result.ts';
import type { ChildLauncher } from '../../process/child-process.ts';
import type { Probe } from '../probe.ts';
import { probeExec } from './exec-probe.ts';
import { probeGrpc } from './grpc-probe.ts';
import { probeHttp } from './http-probe.ts';
import { probeKafka } from './kafka-probe.ts';
import { probeMysql } from './mysql-probe.ts';
import { probePostgres } from './postgres-probe.ts';
import { probeRedis } from './redis-probe.ts';
import { probeSsh } from './ssh-probe.ts';
import { probeTcp } from './tcp-probe.ts';
import { probeTls } from './tls-probe.ts';

export interface ProbeTools {
  /** Starts the programs of `exec` checks. */
  readonly launcher: ChildLauncher;
}

/** A probe for all check types: passes each request to the probe of its type. */
export const createProbeRegistry =
  (tools: ProbeTools): Probe =>
  (request) => {
    const { spec } = request;
    switch (spec.type) {
      case 'tcp':
        return probeTcp(request);
      case 'http':
      case 'https':
        return probeHttp(request, spec);
      case 'tls':
        return probeTls(request, spec);
      case 'postgres':
        return probePostgres(request, spec);
      case 'mysql':
        return probeMysql(request, spec);
      case 'redis':
        return probeRedis(request, spec);
      case 'kafka':
        return probeKafka(request, spec);
      case 'ssh':
        return probeSsh(request);
      case 'grpc':
        return probeGrpc(request, spec);
      case 'exec':
        return probeExec(request, spec, tools.launcher);
      default:
        return assertNever(spec, 'check');
    }
  };
