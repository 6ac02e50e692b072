/** Files of up to 1 MB that once blocked the app for seconds or minutes, or took half a gigabyte. */

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('');

const serviceWith = (more: string): string => `services:\n  - name: db\n${more}`;

/** Each with its expected first problem. */
export const hostileConfigs: readonly (readonly [name: string, text: () => string, first: string])[] = [
  [
    '${ 400,000 times',
    () => '${'.repeat(400_000),
    'the file is not a mapping: expected services: at the top',
  ],
  ['${ 400,000 times, closed', () => `a: ${'${'.repeat(400_000)}}`, 'unknown key, ignored'],
  [
    'a variable with a name of a million letters',
    () => `a: \${${'A'.repeat(1_000_000)}}`,
    'unknown key, ignored',
  ],
  ['40,000 lines with ${A}', () => `services: []\nx-a:\n${lines(40_000, () => '  - ${A}')}`, ''],
  ['60,000 times ${A}', () => `a: [${'${A},'.repeat(60_000)}]`, 'the file names more than 50000 variables'],
  [
    '50,000 unknown keys of a service',
    () => serviceWith(lines(50_000, (index) => `    nam${index}: 1`)),
    'is missing, expected one of kubectl, ssh, tcp, command',
  ],
  [
    '50,000 anchors',
    () => `services: []\n${lines(50_000, (index) => `k${index}: &a${index} 1`)}`,
    'the file has more than 2000 anchors',
  ],
  ['300,000 aliases', () => `a: &a 1\nb: [${'*a,'.repeat(300_000)}]`, 'the file has more than 2000 aliases'],
  [
    '90,000 bad tags',
    () => `x-a:\n${lines(90_000, (index) => `- !b${index % 10} 1`)}`,
    'the file has more than 1000 tags',
  ],
  [
    '500 merges of 20,000 keys',
    () =>
      `x-b: &b\n${lines(20_000, (index) => `  k${index}: 1`)}services:\n${lines(500, () => '  - <<: *b')}`,
    'the file holds more than 100000 values',
  ],
  ['[{ 500,000 times', () => '[{'.repeat(500_000), 'the file is nested too deeply'],
  ['a million brackets that close', () => ']'.repeat(1_000_000), 'this ] closes nothing'],
  ['lists in lists, in one line', () => '- '.repeat(500_000), 'the file is nested too deeply'],
  ['a million empty lines', () => '\n'.repeat(1_000_000), 'the file has too many words: make it smaller'],
  ['300,000 directives', () => '%a\n'.repeat(300_000), 'the file has too many words: make it smaller'],
  [
    '250,000 documents',
    () => '---\n'.repeat(250_000),
    'a second YAML document begins here; only one is allowed',
  ],
  [
    '90,000 tags that are lists',
    () => serviceWith(`    tags: [${'[],'.repeat(90_000)}]`),
    'the file has more than 20000 brackets',
  ],
];

/** The same with 1,000 services. Applying those costs the daemon no more than valid ones. */
export const crowdedConfigs: typeof hostileConfigs = [
  [
    'a ring of 1,000 services',
    () =>
      `services:\n${lines(1_000, (index) => `  - {name: s${index}, technology: tcp, local_port: ${2_000 + index}, remote_port: ${2_000 + ((index + 1) % 1_000)}, connection: {host: localhost}}`)}`,
    'leads back to this service through s1, s2, s3, s4, s5 and 994 more',
  ],
  [
    'defaults that need 20,000 variables, for 1,000 services',
    () =>
      `defaults: {health_check: {${Array.from({ length: 20_000 }, (_, index) => `a${index}: "\${U}"`).join(', ')}}}\nservices:\n${lines(1_000, (index) => `  - {name: s${index}, technology: tcp, local_port: ${2_000 + index}, remote_port: 1, connection: {host: h}}`)}`,
    '',
  ],
];
