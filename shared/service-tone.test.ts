import { describe, expect, it } from 'vitest';
import { describeCause, type CauseCode } from './failure.ts';
import { atRest } from './service-at-rest.ts';
import type { ServiceSnapshot } from './service-snapshot.ts';
import { countServices, overallTone, toneOf, upOfWanted } from './service-tone.ts';

/** `up/unknown host-unreachable 2`: phase, health, cause and consecutive failures. */
function service(facts: string): ServiceSnapshot {
  const [state = '', code = 'none', attempt = '0'] = facts.split(' ');
  const [phase = '', health = 'unknown'] = state.split('/');
  return {
    ...atRest,
    name: facts,
    technology: 'ssh',
    description: null,
    tags: [],
    route: 'bastion → db:5432',
    localPort: 5432,
    desired: phase === 'off' || phase === 'stopping' ? 'off' : 'on',
    phase: phase as ServiceSnapshot['phase'],
    health: health as ServiceSnapshot['health'],
    cause: code === 'none' ? null : describeCause(code as CauseCode),
    attempt: Number(attempt),
    since: 0,
  };
}

describe('the tone of a service', () => {
  it.each([
    ['off', 'off'],
    ['stopping host-unreachable 3', 'working'],
    ['connecting', 'working'],
    ['connecting killed 1', 'working'],
    ['connecting host-unreachable 2', 'trouble'],
    ['connecting forbidden 1', 'trouble'],
    ['up/healthy', 'up'],
    ['up/unhealthy', 'trouble'],
    ['up/unhealthy check-failed 1', 'trouble'],
    ['up/unknown', 'checking'],
    ['up/ready', 'ready'],
    ['idle', 'ready'],
    ['up/unknown killed 1', 'checking'],
    ['up/unknown killed 2', 'trouble'],
    ['up/unknown target-refused 1', 'trouble'],
    ['up/unknown forwarding-prohibited 1', 'trouble'],
    ['retrying killed 1', 'trouble'],
    ['failed credentials-expired 1', 'trouble'],
    ['waiting network-down', 'working'],
    ['waiting suspended', 'working'],
    ['waiting transport-down', 'trouble'],
    ['waiting host-unreachable 9', 'trouble'],
  ])('of %s is %s', (facts, tone) => {
    expect(toneOf(service(facts))).toBe(tone);
  });

  it.each([
    ['a dead target', 'target-refused', ['connecting', 'up/unknown', 'up/unhealthy', 'retrying']],
    ['a login that is refused', 'auth-failed', ['failed', 'connecting']],
    ['a forward that is not allowed', 'forwarding-prohibited', ['failed', 'connecting', 'up/unknown']],
  ])('stays trouble while %s is tried again, from the first failure on', (_title, code, states) => {
    const tones = states.map((state) => toneOf(service(`${state} ${code} 1`)));
    expect(new Set(tones)).toEqual(new Set(['trouble']));
  });
});

describe('the counts', () => {
  const services = [
    'up/healthy',
    'up/unknown',
    'connecting',
    'retrying killed 1',
    'off',
    'stopping',
    'up/unhealthy',
  ].map(service);

  it('count a service as up only if it is proven', () => {
    expect(countServices(services)).toEqual({
      total: 7,
      wanted: 5,
      up: 1,
      checking: 1,
      working: 2,
      stopping: 1,
      trouble: 2,
    });
  });

  it('are out of the services that are turned on', () => {
    expect(upOfWanted(countServices(services))).toBe('1 of 5 up, 1 checking');
    expect(upOfWanted(countServices([service('up/healthy'), service('off')]))).toBe('1 of 1 up');
    expect(upOfWanted(countServices([service('off'), service('off')]))).toBe('all off');
    expect(upOfWanted(countServices([service('off')]))).toBe('off');
    expect(upOfWanted(countServices([]))).toBe('none');
  });
});

describe('the overall state', () => {
  it.each([
    ['trouble', ['up/healthy', 'up/unknown', 'connecting', 'retrying killed 1']],
    ['working', ['up/healthy', 'up/unknown', 'connecting']],
    ['checking', ['up/healthy', 'up/unknown', 'off']],
    ['up', ['up/healthy', 'up/ready']],
    ['ready', ['up/ready', 'off']],
    ['ready', ['idle', 'off']],
    ['up', ['idle', 'up/healthy']],
    ['up', ['up/healthy', 'off']],
    ['off', ['off']],
    ['off', []],
  ])('is %s for %j', (tone, facts) => {
    expect(overallTone(facts.map(service))).toBe(tone);
  });
});
