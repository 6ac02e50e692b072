import type { ConfigReview } from '../../../shared/service-snapshot.ts';

/** What a config would do: a line for each service, and one for each program that it runs and each secret that it sends. */
export const reviewLines = ({ services }: ConfigReview): readonly string[] => [
  ...(services.length === 0 ? ['  no services'] : []),
  ...services.flatMap(({ name, listensOn, leadsTo, runs, sends }) => [
    `  ${name}  ${listensOn} → ${leadsTo}`,
    ...runs.map((command) => `    runs ${command}`),
    ...sends.map((secret) => `    sends ${secret} there`),
  ]),
];
