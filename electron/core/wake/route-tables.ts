/** The default route in the kernel's tables (proc(5), proc_net(5)): `eth0 0101a8c0`, interface and gateway. Pure. */

/** RTF_UP and RTF_REJECT of <linux/route.h>. */
const isUp = 0x0001;
const isReject = 0x0200;

interface Route {
  readonly via: string;
  readonly metric: number;
}

/** `/proc/net/route`: Iface Destination Gateway Flags RefCnt Use Metric Mask …, in hex but for the metric. */
export const defaultGateway4 = (table: string): string | null =>
  best(
    rows(table).flatMap(([name = '', destination, gateway = '', flags = '0', , , metric, mask]) =>
      destination === '00000000' && mask === '00000000' && isUsable(flags)
        ? [{ via: `${name} ${gateway}`, metric: Number(metric) }]
        : [],
    ),
  );

/** `/proc/net/ipv6_route`: destination, its length, source, its length, next hop, metric, counts, flags, interface, in hex. */
export const defaultGateway6 = (table: string): string | null =>
  best(
    rows(table).flatMap(([destination, length, , , hop = '', metric = '', , , flags = '0', name = '']) =>
      length === '00' && /^0{32}$/.test(destination ?? '') && isUsable(flags) && name !== 'lo'
        ? [{ via: `${name} ${hop}`, metric: Number.parseInt(metric, 16) }]
        : [],
    ),
  );

const rows = (table: string): readonly (readonly string[])[] =>
  table.split('\n').map((line) => line.trim().split(/\s+/));

function isUsable(flags: string): boolean {
  const bits = Number.parseInt(flags, 16);
  return (bits & isUp) !== 0 && (bits & isReject) === 0;
}

/** The route with the lowest metric; of several, the first in the alphabet, since their order means nothing. */
const best = (routes: readonly Route[]): string | null =>
  [...routes].sort((a, b) => a.metric - b.metric || (a.via < b.via ? -1 : 1))[0]?.via ?? null;
