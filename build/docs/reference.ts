/** Every generated section of the documentation, by the name in its marker. */
import { causeTable } from './cause-table.ts';
import { commandReference } from './command-reference.ts';
import {
  clusterHealthKeys,
  connectionKeys,
  fileKeys,
  healthCheckKeys,
  probeKeys,
  restartPolicyKeys,
  serviceKeys,
} from './key-tables.ts';
import type { Sections } from './marked-sections.ts';
import { metricTable } from './metric-table.ts';

export const reference: Sections = {
  'file-keys': fileKeys,
  'service-keys': serviceKeys,
  'restart-policy-keys': restartPolicyKeys,
  'health-check-keys': healthCheckKeys,
  'probe-keys': probeKeys,
  'kubectl-keys': () => connectionKeys('kubectl'),
  'ssh-keys': () => connectionKeys('ssh'),
  'tcp-keys': () => connectionKeys('tcp'),
  'command-keys': () => connectionKeys('command'),
  'cluster-health-keys': clusterHealthKeys,
  causes: causeTable,
  metrics: metricTable,
  commands: commandReference,
};
