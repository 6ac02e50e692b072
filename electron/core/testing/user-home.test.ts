import { expect, it } from 'vitest';
import { userEnvironment, userPaths } from './user-home.ts';

it.each(['darwin', 'linux'] as const)('on %s two test users share no folder', (platform) => {
  const placesOf = (home: string): readonly string[] => {
    const { stateDirectory, logDirectory, runtimeDirectory } = userPaths(
      userEnvironment(home, `${home}/run`, platform),
      platform,
    );
    return [stateDirectory, logDirectory, runtimeDirectory];
  };
  const one = placesOf('/tmp/lp-one');
  expect(one.filter((place) => placesOf('/tmp/lp-two').includes(place))).toEqual([]);
  expect(one.every((place) => place.startsWith('/tmp/lp-one/'))).toBe(true);
});
