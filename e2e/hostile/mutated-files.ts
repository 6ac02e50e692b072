/** The parsers of foreign files and answers, run on mutations of valid ones. */
import { parseSshConfig } from '../../electron/core/import/ssh-config.ts';
import { parseForwards } from '../../electron/core/import/ssh-forwards.ts';
import { proposeKubeServices } from '../../electron/core/import/kube-proposals.ts';
import { compileConfig } from '../../electron/core/config/config-compiler.ts';
import { exampleConfig } from '../../electron/core/config/welcome-page.ts';
import { reportNone } from '../bench/figure.ts';
import { seededRandom } from '../faults/seeded-random.ts';
import { mutate } from './mutations.ts';

const count = 5_000;
const maxStallMs = 50;
/** Until the code is compiled, the measurement shows the machine. */
const warmUp = 200;

const sshConfig = `Include conf.d/*
Host bastion "the other" jump-*
  HostName 10.0.0.1
  LocalForward 5432 db.internal:5432
Match host bastion
  User me
Host *
  ServerAliveInterval 10
localforward [127.0.0.1]:5432 [db.internal]:5432
`;

const kubeServices = JSON.stringify({
  items: ['api', 'db', 'web'].map((name, index) => ({
    metadata: { name, namespace: 'prod' },
    spec: {
      type: 'ClusterIP',
      ports: [{ name: 'main', port: 80 + index, protocol: 'TCP' }, { port: 9_000 }],
    },
  })),
});

const context = {
  path: '/etc/localport.yaml',
  env: { A: '[1, 2]' },
  homeDirectory: '/home/me',
  salvage: true,
};

const readers: readonly {
  readonly name: string;
  readonly text: string;
  readonly read: (text: string) => unknown;
}[] = [
  { name: 'YAML', text: exampleConfig, read: (text) => compileConfig(text, context) },
  { name: 'ssh_config', text: sshConfig, read: (text) => [parseSshConfig(text), parseForwards(text)] },
  { name: "kubectl's answers", text: kubeServices, read: (text) => proposeKubeServices(text, 'prod') },
];

export function measureMutatedFiles(seed: number): void {
  const random = seededRandom(seed);
  const thrown: string[] = [];
  const stalls: string[] = [];
  for (let run = -warmUp; run < count; run++) {
    const reader = readers[Math.floor(random() * readers.length)];
    if (reader === undefined) continue;
    const text = mutate(reader.text, random);
    const before = process.cpuUsage();
    try {
      reader.read(text);
    } catch (error) {
      thrown.push(`${reader.name} ${run}: ${String(error)}`);
    }
    const { user, system } = process.cpuUsage(before);
    // CPU time: other load on this machine is no stall of ours.
    const ms = (user + system) / 1_000;
    if (run >= 0 && ms > maxStallMs) stalls.push(`${reader.name} ${run}: ${ms.toFixed(0)} ms`);
  }
  const note = (found: readonly string[]): string =>
    [`of ${count}, seed ${seed}`, ...found.slice(0, 3)].join('; ');
  reportNone({ figure: 'mutated files: throws', value: thrown.length, note: note(thrown) });
  reportNone({
    figure: `mutated files: longer than ${maxStallMs} ms`,
    value: stalls.length,
    note: note(stalls),
  });
}
