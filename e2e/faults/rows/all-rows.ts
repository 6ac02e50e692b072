import type { Row } from '../row.ts';
import { blackholeRows } from './blackhole.ts';
import { clientsThatLeave } from './clients-that-leave.ts';
import { configGarbage } from './config-garbage.ts';
import { containerPortRows } from './container-port-closed.ts';
import { daemonKilled } from './daemon-killed.ts';
import { descriptorRows } from './few-descriptors.ts';
import { diskFull } from './disk-full.ts';
import { forgetfulNat } from './forgetful-nat.ts';
import { hostOfMany } from './host-of-many.ts';
import { kubeApiRows } from './kube-api.ts';
import { leftAloneRows } from './left-alone.ts';
import { podReplacedRows } from './pod-replaced.ts';
import { portStolen } from './port-stolen.ts';
import { rbacLate } from './rbac-late.ts';
import { sessionKilled } from './session-killed.ts';
import { sshdAwayRows } from './sshd-away.ts';
import { timeRows } from './time-jumps.ts';
import { tunnelKilledRows } from './tunnel-killed.ts';
import { tunnelStopped } from './tunnel-stopped.ts';
import { twoAddresses } from './two-addresses.ts';

/** In the order in which they run. */
export const allRows: readonly Row[] = [
  ...tunnelKilledRows,
  tunnelStopped,
  ...sshdAwayRows,
  sessionKilled,
  ...blackholeRows,
  ...kubeApiRows,
  ...podReplacedRows,
  ...containerPortRows,
  rbacLate,
  portStolen,
  daemonKilled,
  configGarbage,
  diskFull,
  ...timeRows,
  hostOfMany,
  clientsThatLeave,
  ...descriptorRows,
  ...leftAloneRows,
  forgetfulNat,
  twoAddresses,
];
