import { describe, expect, it } from 'vitest';
import { complaintsOf, loadText } from './testing/config-text.ts';

const tcp = (more: string, top = ''): string =>
  `${top}services: [{name: db, technology: tcp, local_port: 1, remote_port: 1, connection: {host: h}, ${more}}]`;

describe('on_demand', () => {
  it.each([
    ['true', 600_000],
    ['yes', 600_000],
    ['30m', 1_800_000],
    ['45', 45_000],
    ['false', undefined],
  ])('%s disconnects after %s ms without a client', (value, unusedMs) => {
    const text = tcp(`on_demand: ${value}`);
    expect(complaintsOf(text)).toEqual([]);
    expect(loadText(text).services[0]?.unusedMs).toBe(unusedMs);
  });

  it.each([
    [
      'a time that is none',
      tcp('on_demand: soon'),
      'error services[0].on_demand: soon is not a duration: write seconds, or 500ms, 30s, 2m, 1h (localport.yaml:1)',
    ],
    [
      'a check that connects as a client does',
      tcp('on_demand: true, health_check: {type: exec, config: {argv: [check]}}'),
      'warning services[0].on_demand: never disconnects with a check of type exec, which connects as a client does: use another check or none (localport.yaml:1)',
    ],
    [
      'a reverse forward',
      'services: [{name: a, technology: ssh, local_port: 1, remote_port: 1, remote: true, on_demand: 5m, connection: {host: h}}]',
      'error services[0].on_demand: cannot be combined with remote: true, whose clients arrive at the server: remove one of the two (localport.yaml:1)',
    ],
  ])('complains about %s', (_, text, complaint) => {
    expect(complaintsOf(text)).toEqual([complaint]);
  });
});
