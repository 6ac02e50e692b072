import { describe, expect, it } from 'vitest';
import { aService, aSnapshot, offService } from '../../shell/testing/snapshots.ts';
import { openMetricsBreaches } from '../testing/open-metrics-rules.ts';
import { openMetrics } from './open-metrics.ts';

describe('the metrics', () => {
  it('are OpenMetrics text, with a sample of each family for each service', () => {
    const db = aService('db', {
      restarts: 2,
      bytesIn: 10,
      bytesOut: 4,
      connections: 1,
      checkMs: 2.5,
      since: 1_500,
      outages: { count: 3, totalMs: 2_450, byDuration: [2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0], recent: [] },
    });
    const text = openMetrics(aSnapshot(db, offService('web'))).join('\n');
    expect(openMetricsBreaches(`${text}\n`)).toEqual([]);
    expect(text).toMatchInlineSnapshot(`
      "# TYPE localport_host info
      # HELP localport_host The running LocalPort.
      localport_host_info{kind="menu-bar",version="1.0.0"} 1
      # TYPE localport_host_start_time_seconds gauge
      # UNIT localport_host_start_time_seconds seconds
      # HELP localport_host_start_time_seconds When it started, as a Unix time.
      localport_host_start_time_seconds 0
      # TYPE localport_service info
      # HELP localport_service Properties of a service.
      localport_service_info{service="db",technology="kubectl",remote="prod · svc/db",local_port="5432"} 1
      localport_service_info{service="web",technology="kubectl",remote="prod · svc/web",local_port="5432"} 1
      # TYPE localport_service_desired gauge
      # HELP localport_service_desired Whether the service is meant to be on.
      localport_service_desired{service="db"} 1
      localport_service_desired{service="web"} 0
      # TYPE localport_service_up gauge
      # HELP localport_service_up Whether the service is proven through its current tunnel, by a check or an answer to a client; or ready: nobody has tried its target; or idle, on demand.
      localport_service_up{service="db"} 1
      localport_service_up{service="web"} 0
      # TYPE localport_service_checking gauge
      # HELP localport_service_checking Whether the service has a tunnel that is not proven yet.
      localport_service_checking{service="db"} 0
      localport_service_checking{service="web"} 0
      # TYPE localport_service_restarts counter
      # HELP localport_service_restarts Tunnels started after the first one, since LocalPort started, except for clients of an idle service.
      localport_service_restarts_total{service="db"} 2
      localport_service_restarts_total{service="web"} 0
      # TYPE localport_recovery_seconds histogram
      # UNIT localport_recovery_seconds seconds
      # HELP localport_recovery_seconds Outages that have ended, until the service was up again, without time asleep or turned off.
      localport_recovery_seconds_bucket{service="db",le="0.1"} 2
      localport_recovery_seconds_bucket{service="db",le="0.25"} 2
      localport_recovery_seconds_bucket{service="db",le="0.5"} 2
      localport_recovery_seconds_bucket{service="db",le="1.0"} 2
      localport_recovery_seconds_bucket{service="db",le="2.5"} 3
      localport_recovery_seconds_bucket{service="db",le="5.0"} 3
      localport_recovery_seconds_bucket{service="db",le="10.0"} 3
      localport_recovery_seconds_bucket{service="db",le="30.0"} 3
      localport_recovery_seconds_bucket{service="db",le="60.0"} 3
      localport_recovery_seconds_bucket{service="db",le="300.0"} 3
      localport_recovery_seconds_bucket{service="db",le="1800.0"} 3
      localport_recovery_seconds_bucket{service="db",le="+Inf"} 3
      localport_recovery_seconds_sum{service="db"} 2.45
      localport_recovery_seconds_count{service="db"} 3
      localport_recovery_seconds_bucket{service="web",le="0.1"} 0
      localport_recovery_seconds_bucket{service="web",le="0.25"} 0
      localport_recovery_seconds_bucket{service="web",le="0.5"} 0
      localport_recovery_seconds_bucket{service="web",le="1.0"} 0
      localport_recovery_seconds_bucket{service="web",le="2.5"} 0
      localport_recovery_seconds_bucket{service="web",le="5.0"} 0
      localport_recovery_seconds_bucket{service="web",le="10.0"} 0
      localport_recovery_seconds_bucket{service="web",le="30.0"} 0
      localport_recovery_seconds_bucket{service="web",le="60.0"} 0
      localport_recovery_seconds_bucket{service="web",le="300.0"} 0
      localport_recovery_seconds_bucket{service="web",le="1800.0"} 0
      localport_recovery_seconds_bucket{service="web",le="+Inf"} 0
      localport_recovery_seconds_sum{service="web"} 0
      localport_recovery_seconds_count{service="web"} 0
      # TYPE localport_service_failed_attempts gauge
      # HELP localport_service_failed_attempts Consecutive failures since the service last recovered.
      localport_service_failed_attempts{service="db"} 0
      localport_service_failed_attempts{service="web"} 0
      # TYPE localport_service_connections gauge
      # HELP localport_service_connections Open connections of clients.
      localport_service_connections{service="db"} 1
      localport_service_connections{service="web"} 0
      # TYPE localport_service_held_connections gauge
      # HELP localport_service_held_connections Clients that wait for a tunnel.
      localport_service_held_connections{service="db"} 0
      localport_service_held_connections{service="web"} 0
      # TYPE localport_service_transferred_bytes counter
      # UNIT localport_service_transferred_bytes bytes
      # HELP localport_service_transferred_bytes Bytes relayed, in: from the remote end to clients.
      localport_service_transferred_bytes_total{service="db",direction="in"} 10
      localport_service_transferred_bytes_total{service="db",direction="out"} 4
      localport_service_transferred_bytes_total{service="web",direction="in"} 0
      localport_service_transferred_bytes_total{service="web",direction="out"} 0
      # TYPE localport_service_check_duration_seconds gauge
      # UNIT localport_service_check_duration_seconds seconds
      # HELP localport_service_check_duration_seconds How long the last passed check took.
      localport_service_check_duration_seconds{service="db"} 0.0025
      localport_service_check_duration_seconds{service="web"} 0.002
      # TYPE localport_service_phase_since_seconds gauge
      # UNIT localport_service_phase_since_seconds seconds
      # HELP localport_service_phase_since_seconds When the current phase began, as a Unix time.
      localport_service_phase_since_seconds{service="db"} 1.5
      localport_service_phase_since_seconds{service="web"} 0
      # EOF"
    `);
  });

  it('escape characters that a label may not contain', () => {
    const lines = openMetrics(aSnapshot(aService('a"b\\c\nd')));
    expect(lines).toContain(String.raw`localport_service_up{service="a\"b\\c\nd"} 1`);
  });

  it.each([
    ['healthy', 1, 0],
    ['ready', 1, 0],
    ['unknown', 0, 1],
    ['unhealthy', 0, 0],
  ] as const)('call a tunnel that is %s up: %i, checking: %i', (health, isUp, isChecking) => {
    const lines = openMetrics(aSnapshot(aService('db', { health })));
    expect(lines).toContain(`localport_service_up{service="db"} ${isUp}`);
    expect(lines).toContain(`localport_service_checking{service="db"} ${isChecking}`);
  });
});
