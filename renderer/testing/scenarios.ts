/** Every state of the popover, for the gallery and its spec. */
import { asTransportDown, describeCause, withLockedKey } from '../../shared/failure.ts';
import type { Settings } from '../../shared/ipc-contract.ts';
import { signInWords } from '../../shared/prompt-words.ts';
import type { DraftFinding } from '../../shared/service-edit.ts';
import type { ConfigProblem, ServiceSnapshot, Snapshot } from '../../shared/service-snapshot.ts';
import { deadTarget } from './dead-target.ts';
import type { Handlers } from './fake-bridge.ts';
import { waitingForTransports } from './waiting-for-transports.ts';
import {
  checking,
  idle,
  ready,
  connecting,
  retrying,
  sampleNow,
  service,
  snapshotOf,
  up,
  waiting,
} from './service-samples.ts';

const minute = 60_000;
const ago = (ms: number): number => sampleNow - ms;
const db = { tags: ['database'] };
const web = { tags: ['web'] };
const staging = { tags: ['staging'] };

const postgres = up('postgres', { ...db, localPort: 5432 });
const redis = up('redis', { ...db, localPort: 6379, since: ago(3 * 60 * minute), checkMs: 1.4 });
const kafka = up('kafka', { ...db, localPort: 9092, since: ago(47 * minute), checkMs: 11 });
const grafana = up('grafana', {
  ...web,
  localPort: 3000,
  route: 'prod · svc/grafana',
  since: ago(26 * 60 * minute),
});
const api = up('api', {
  ...web,
  localPort: 8080,
  route: 'prod · deploy/api',
  since: ago(12 * minute),
  checkMs: 24,
});
const warehouse = up('warehouse', {
  ...staging,
  technology: 'ssh',
  localPort: 5439,
  route: 'deploy@bastion → warehouse:5439',
  since: ago(50 * 60 * minute),
  checkMs: 38,
});
const printer = up('printer', {
  ...staging,
  technology: 'tcp',
  localPort: 6310,
  route: '10.0.4.20:631',
  since: ago(35_000),
  checkMs: 0.4,
});

const allUp = [postgres, redis, kafka, grafana, api, warehouse, printer];
const off = (sample: ServiceSnapshot): ServiceSnapshot =>
  service(sample.name, { tags: sample.tags, route: sample.route, localPort: sample.localPort });

/** Waits for its pod watch, so there is no time of a next check. */
const withoutPod = (name: string, facts: Partial<ServiceSnapshot> = {}): ServiceSnapshot => {
  const cause = describeCause('no-ready-pod', {
    resource: 'service/redis',
    context: 'prod',
    evidence: 'redis-0 is pending (ImagePullBackOff)',
  });
  return service(name, {
    desired: 'on',
    phase: 'waiting',
    cause: { ...asTransportDown(cause), recheck: 'never' },
    ...facts,
  });
};
const signedOut = [
  'credentials-expired',
  {
    context: 'prod',
    command: 'aws sso login',
    evidence:
      'error: You must be logged in to the server (the server has asked for the client to provide credentials)',
  },
] as const;
const refusedPassword = [
  'auth-failed',
  {
    host: 'bastion',
    usedPassword: true,
    evidence: 'deploy@bastion: Permission denied (publickey,password).',
  },
] as const;
const lockedOut = service('orders', {
  ...staging,
  technology: 'ssh',
  desired: 'on',
  phase: 'failed',
  localPort: 5441,
  route: 'gate → orders:5432',
  cause: withLockedKey(
    describeCause('question-unanswered', {
      host: 'id_work',
      question: 'passphrase',
      askedUser: true,
      evidence: "Enter passphrase for key '/Users/ada/.ssh/id_work':",
    }),
    '/Users/ada/.ssh/id_work',
  ),
});
const portInUse = [
  'port-in-use',
  { port: 9092, holder: 'java (pid 4711)', evidence: 'bind: EADDRINUSE 127.0.0.1:9092' },
] as const;

const redisInTrouble = withoutPod('redis', { ...db, localPort: 6379 });

const many = (count: number): readonly ServiceSnapshot[] =>
  Array.from({ length: count }, (_, index) => {
    const tags = [
      ['database', 'web', 'queue', 'internal', 'staging'][Math.floor((index * 5) / count)] ?? 'web',
    ];
    const facts = {
      tags,
      localPort: 10_000 + index,
      since: ago(index * 7 * minute),
      checkMs: 1 + (index % 40),
    };
    const name = `service-${String(index + 1).padStart(3, '0')}`;
    if (index % 13 === 5) return service(name, facts);
    if (index % 41 === 17) return connecting(name, facts);
    return up(name, facts);
  });

/** What happened to a service, by its position in the list. */
const troubledAmongMany: ReadonlyMap<number, (one: ServiceSnapshot) => ServiceSnapshot> = new Map([
  [62, (one) => withoutPod(one.name, { tags: one.tags, localPort: one.localPort })],
  [118, (one) => waiting(one.name, signedOut, { tags: one.tags, localPort: one.localPort })],
  [
    181,
    (one) =>
      retrying(one.name, ['host-unreachable', { host: 'nas' }], { tags: one.tags, localPort: one.localPort }),
  ],
]);

const problems: readonly ConfigProblem[] = [
  {
    severity: 'error',
    path: 'services[3].local_port',
    service: 'warehouse',
    line: 41,
    message: '70000 is above 65535',
  },
  {
    severity: 'error',
    path: 'services[4].technology',
    service: 'search',
    line: 47,
    message: '"kubctl" is none of kubectl, ssh, tcp, command; did you mean kubectl?',
  },
  {
    severity: 'error',
    path: 'services[6].name',
    service: 'redis',
    line: 63,
    message: '"redis" is taken by services[1] in line 17',
  },
  {
    severity: 'error',
    path: 'services[7].connection.host',
    service: 'nas',
    line: 70,
    message: 'is missing, expected text',
  },
  {
    severity: 'error',
    path: 'services[9].health_check.interval',
    service: 'ci',
    line: 92,
    message: '0 is below 100ms',
  },
];
const warnings: readonly ConfigProblem[] = [
  {
    severity: 'warning',
    path: 'services[2].helth_check',
    service: 'kafka',
    line: 23,
    message: 'unknown key, ignored; did you mean health_check?',
  },
];

const welcomePage = up('welcome', {
  technology: 'tcp',
  description: 'A small page that LocalPort serves itself',
  localPort: 8181,
  route: '127.0.0.1:49731',
  since: ago(8000),
  checkMs: 0.6,
});

const longName = 'the-payments-reconciliation-service-of-the-european-region-with-a-name-that-never-ends';
const longNames = [
  up(longName, {
    tags: ['a-tag-as-long-as-a-german-noun-for-a-department-of-the-federal-administration'],
    route: `arn:aws:eks:eu-central-1:123456789012:cluster/production-blue · deploy/${longName}`,
    localPort: 65_000,
    since: ago(9 * 24 * 60 * minute),
    checkMs: 1240,
  }),
  retrying(`${longName}-2`, [
    'target-refused',
    {
      host: 'warehouse-replica-3.internal.eu-central-1.example.com',
      evidence: `channel 3: open failed: connect failed: Connection refused ${'x'.repeat(90)}`,
    },
  ]),
  service(`${longName}-3`, { localPort: 65_002 }),
];

/** Eight realistic services, one of them in trouble. */
const ordinary = [
  up('postgres', { ...db, localPort: 5432, route: 'prod · svc/postgres' }),
  redisInTrouble,
  service('kafka', { ...db, localPort: 9092, route: 'prod · svc/kafka' }),
  up('warehouse', {
    ...db,
    technology: 'ssh',
    localPort: 5439,
    route: 'deploy@bastion → warehouse:5439',
    since: ago(26 * 60 * minute),
    checkMs: 38,
  }),
  api,
  grafana,
  up('admin', {
    ...web,
    technology: 'command',
    localPort: 8443,
    route: 'cloudflared',
    since: ago(41 * minute),
    checkMs: 17,
  }),
  connecting('docs', { ...web, technology: 'tcp', localPort: 8000, route: '10.0.4.20:8000' }),
];

export interface Scenario {
  readonly snapshot: Snapshot;
  readonly settings?: Partial<Settings>;
  /** Responses from main that differ from the default ones. */
  readonly answers?: Partial<Handlers>;
}

const threeErrors: readonly DraftFinding[] = [
  { severity: 'error', field: 'name', message: 'there is already a service postgres' },
  { severity: 'error', field: 'remote_port', message: 'is missing' },
  { severity: 'error', field: 'connection.resource_name', message: 'is missing' },
];

export const scenarios = {
  'all-up': { snapshot: snapshotOf(allUp) },
  'some-working': {
    snapshot: snapshotOf([
      postgres,
      connecting('redis', { ...db, localPort: 6379, held: 2 }),
      kafka,
      connecting('grafana', { ...web, localPort: 3000 }),
      api,
      { ...warehouse, phase: 'stopping', desired: 'off' },
      printer,
    ]),
  },
  checking: {
    snapshot: snapshotOf([
      postgres,
      checking('redis', { ...db, localPort: 6379 }),
      checking('kafka', { ...db, localPort: 9092, held: 2 }),
      grafana,
      checking('api', {
        ...web,
        localPort: 8080,
        route: 'prod · deploy/api',
        attempt: 1,
        cause: describeCause('killed', { ending: 'SIGKILL' }),
      }),
      warehouse,
      off(printer),
    ]),
  },
  ready: {
    snapshot: snapshotOf([
      postgres,
      ready('debugger', { ...web, localPort: 5005, route: 'prod · pod/api-0' }),
      idle('search', { ...web, localPort: 9200, route: 'prod · svc/search' }),
      checking('redis', { ...db, localPort: 6379 }),
      warehouse,
      off(printer),
    ]),
  },
  'all-ready': {
    snapshot: snapshotOf(
      allUp.map(({ name, tags, localPort, route }) => ready(name, { tags, localPort, route })),
    ),
  },
  'all-checking': {
    snapshot: snapshotOf(
      allUp.map(({ name, tags, localPort, route }) => checking(name, { tags, localPort, route })),
    ),
  },
  // One service in each retry phase: the rows look the same except for the next step.
  'dead-target': {
    snapshot: snapshotOf([
      postgres,
      ...deadTarget.slice(16, 20).map((step, index) => ({
        ...step.service,
        name: `orders-${step.service.phase}`,
        cause: describeCause('target-refused', { host: `db-${index + 1}.internal` }),
        localPort: 15_432 + index,
        nextRetryAt: step.service.nextRetryAt === null ? null : sampleNow + 16_000,
      })),
      retrying('archive', ['host-unreachable', { host: 'nas' }], {
        localPort: 8_022,
        attempt: 9,
        exhausted: true,
        nextRetryAt: sampleNow + 42_000,
      }),
      service('shop', {
        desired: 'on',
        phase: 'failed',
        localPort: 8_090,
        attempt: 2,
        cause: describeCause('forbidden', { resource: 'pods in shop', context: 'prod' }),
        nextRetryAt: sampleNow + 30_000,
      }),
    ]),
  },
  notices: {
    snapshot: snapshotOf(allUp.slice(0, 4), {}, [
      'The state folder cannot be written: switches are forgotten when LocalPort ends (/Users/ada/.local/state/localport)',
      'The log disk is full: new log lines are dropped',
    ]),
  },
  'one-trouble': { snapshot: snapshotOf([postgres, redisInTrouble, off(kafka), grafana, api, warehouse]) },
  'needs-user': {
    snapshot: snapshotOf([
      postgres,
      waiting('kafka', portInUse, { ...db, localPort: 9092 }),
      waiting('grafana', signedOut, { ...web, localPort: 3000 }),
      api,
      waiting(
        'warehouse',
        [
          'host-key-changed',
          { host: 'bastion', evidence: '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @' },
        ],
        { ...staging, localPort: 5439 },
      ),
      retrying('printer', ['host-unreachable', { host: '10.0.4.20' }], {
        ...staging,
        phase: 'connecting',
        nextRetryAt: null,
      }),
    ]),
  },
  'shared-cause': {
    snapshot: snapshotOf([
      waiting('postgres', signedOut, db),
      waiting('redis', signedOut, { ...db, localPort: 6379 }),
      waiting('kafka', signedOut, { ...db, localPort: 9092 }),
      waiting('grafana', signedOut, { ...web, localPort: 3000 }),
      { ...api, route: 'bastion → api:8080' },
      warehouse,
      printer,
    ]),
  },
  'transports-down': { snapshot: snapshotOf([postgres, ...waitingForTransports, redisInTrouble, api]) },
  'no-network': {
    snapshot: snapshotOf(
      allUp.map(({ name, tags, localPort }) => waiting(name, ['network-down'], { tags, localPort })),
    ),
  },
  'all-off': { snapshot: snapshotOf(allUp.map(off)) },
  welcome: { snapshot: snapshotOf([welcomePage], { status: 'welcome', path: null }) },
  'broken-config': { snapshot: snapshotOf(allUp.slice(0, 5), { status: 'broken', problems }) },
  'partial-config': { snapshot: snapshotOf(allUp.slice(0, 5), { status: 'partial', problems }) },
  'untrusted-config': {
    snapshot: snapshotOf(allUp.slice(0, 5), {
      status: 'untrusted',
      path: '/Users/ada/shop/localport.yaml',
      needsTrust: true,
      review: {
        digest: '0'.repeat(64),
        isChanged: true,
        services: [
          {
            name: 'proxy',
            listensOn: 'localhost:3306',
            leadsTo: 'wherever its program leads',
            runs: ["cloud-sql-proxy --port '{local_port}' shop:eu:orders"],
            sends: [],
          },
          {
            name: 'postgres',
            listensOn: 'localhost:5432',
            leadsTo: 'service/postgres:5432 in namespace shop of staging',
            runs: [],
            sends: [],
          },
        ],
      },
    }),
  },
  prompt: {
    snapshot: {
      ...snapshotOf([connecting('warehouse', { localPort: 5439 }), ...allUp.slice(0, 4)]),
      prompts: [
        {
          id: '1',
          services: ['warehouse'],
          asker: 'bastion',
          words: "deploy@bastion's password:",
          kind: 'password',
          isRepeated: true,
          remember: 'offered',
          since: sampleNow,
        },
        {
          id: '2',
          services: ['printer'],
          asker: 'gate',
          words: 'Confirm user presence for key ED25519-SK SHA256:l3QZ0Yk',
          kind: 'touch',
          isRepeated: false,
          since: sampleNow,
        },
      ],
    },
  },
  // The plugin has opened a browser, and the cluster cannot be reached before the user has signed in there.
  'waiting-for-sign-in': {
    snapshot: {
      ...snapshotOf([
        connecting('grafana', { ...web, localPort: 3000, route: 'prod · svc/grafana' }),
        connecting('api', { ...web, localPort: 8080, route: 'prod · deploy/api' }),
        postgres,
      ]),
      prompts: [
        {
          id: '1',
          services: ['grafana', 'api'],
          asker: 'kubelogin',
          words: signInWords,
          kind: 'sign-in',
          isRepeated: false,
          since: sampleNow,
        },
      ],
    },
  },
  'refused-answer-of-the-keychain': {
    snapshot: {
      ...snapshotOf([connecting('warehouse', { localPort: 5439 }), ...allUp.slice(0, 4)]),
      prompts: [
        {
          id: '1',
          services: ['warehouse'],
          asker: 'id_ed25519',
          words: "Enter passphrase for key '/Users/sam/.ssh/id_ed25519':",
          kind: 'passphrase',
          isRepeated: true,
          wasRemembered: true,
          remember: 'offered',
          since: sampleNow,
        },
        {
          id: '2',
          services: ['printer'],
          asker: 'gate',
          words: 'Add key /Users/sam/.ssh/id_work (sam@laptop) to agent?',
          kind: 'confirm',
          isRepeated: false,
          since: sampleNow,
        },
      ],
    },
  },
  // The server accepts a key or a password: the key is locked, and the password was wrong.
  'refused-login': {
    snapshot: snapshotOf([
      postgres,
      waiting('warehouse', refusedPassword, {
        ...staging,
        technology: 'ssh',
        phase: 'failed',
        localPort: 5439,
        route: 'deploy@bastion → warehouse:5439',
      }),
      lockedOut,
    ]),
  },
  'asks-for-another-password': {
    snapshot: {
      ...snapshotOf([
        connecting('warehouse', {
          ...staging,
          technology: 'ssh',
          localPort: 5439,
          attempt: 2,
          cause: describeCause(...refusedPassword),
        }),
        postgres,
      ]),
      prompts: [
        {
          id: '1',
          services: ['warehouse'],
          asker: 'bastion',
          words: "deploy@bastion's password:",
          kind: 'password',
          isRepeated: false,
          remember: 'offered',
          since: sampleNow,
        },
      ],
    },
  },
  'adding-a-key': {
    snapshot: {
      ...snapshotOf([lockedOut, postgres]),
      prompts: [
        {
          id: '1',
          services: ['orders'],
          asker: 'id_work',
          words: 'Enter passphrase for /Users/ada/.ssh/id_work:',
          kind: 'passphrase',
          isRepeated: false,
          since: sampleNow,
        },
      ],
    },
    answers: { 'key:add': () => new Promise(() => undefined) },
  },
  'context-missing': {
    snapshot: snapshotOf([
      waiting('grafana', ['context-missing', { context: 'prod-eu', resource: 'service/grafana' }], {
        ...web,
        localPort: 3000,
      }),
      postgres,
    ]),
    answers: {
      'service:read': ({ name }: { readonly name: string }) => ({
        draft: { name, technology: 'kubectl', connection: { context: 'prod-eu' } },
        path: '/home/me/.config/localport/config.yaml',
        line: 5,
      }),
    },
  },
  'other-context': {
    snapshot: snapshotOf([
      up('grafana', { ...web, localPort: 3000, route: 'svc/grafana', otherContext: 'staging' }),
      postgres,
    ]),
  },
  'off-until': {
    snapshot: snapshotOf([
      { ...off(postgres), offUntil: sampleNow + 2 * 60 * minute },
      { ...up('ledger', { ...db, localPort: 5442 }), offAt: sampleNow + 47 * minute },
      grafana,
    ]),
  },
  warnings: { snapshot: snapshotOf(allUp.slice(0, 5), { problems: warnings }) },
  'no-services': { snapshot: snapshotOf([]) },
  'three-services': {
    snapshot: snapshotOf([
      up('postgres'),
      up('redis', { localPort: 6379 }),
      service('kafka', { localPort: 9092 }),
    ]),
  },
  'forty-services': { snapshot: snapshotOf(many(40)) },
  'two-hundred-services': { snapshot: snapshotOf(many(200)) },
  'long-names': { snapshot: snapshotOf(longNames) },
  'login-needs-approval': {
    snapshot: snapshotOf(allUp),
    settings: { openAtLogin: true, loginItemStatus: 'requires-approval' },
  },
  'installed-on-a-mac': {
    snapshot: snapshotOf(allUp),
    settings: { bringsCommand: true },
  },
  'away-from-applications': {
    snapshot: snapshotOf(allUp),
    settings: { openAtLogin: false, loginItemStatus: 'misplaced', notificationsRefused: true },
  },
  'updates-itself': {
    snapshot: snapshotOf(allUp),
    settings: {
      bringsCommand: true,
      updates: { automatic: true, label: 'Restart to Update to 1.1.0…', enabled: true },
    },
  },
  'welcome-installed': {
    snapshot: snapshotOf([welcomePage], { status: 'welcome', path: null }),
    settings: { bringsCommand: true },
  },
  'two-hundred-with-troubles': {
    snapshot: snapshotOf(
      many(200).map((one, index) => (troubledAmongMany.get(index) ?? ((same: ServiceSnapshot) => same))(one)),
    ),
  },
  guarded: {
    snapshot: snapshotOf([
      postgres,
      service('orders', { tags: ['production'], localPort: 5441, route: 'live · svc/orders' }),
      up('ledger', { tags: ['production'], localPort: 5442, route: 'live · svc/ledger' }),
    ]),
  },
  'right-to-left': {
    snapshot: snapshotOf([
      up('قاعدة-البيانات', { tags: ['إنتاج'], route: 'إنتاج · svc/قاعدة-البيانات' }),
      withoutPod('שירות-תשלומים-עם-שם-ארוך-במיוחד-שלא-נגמר', { tags: ['שרתים'], localPort: 6379 }),
      service('mixed-עברית-name', { tags: ['שרתים'], localPort: 9092 }),
    ]),
  },
  'form-with-errors': {
    snapshot: snapshotOf(ordinary),
    answers: {
      'service:validate': () => ({ findings: threeErrors, yaml: null }),
      'port:holder': () => ({ holder: 'postgres (pid 812)', free: 5433 }),
      'service:save': () => ({
        done: false,
        message: 'name: there is already a service postgres (and 2 more)',
        findings: threeErrors,
      }),
      'services:add': () => ({
        ...{ names: ['redis', 'api', 'search'], path: '', undo: '1' },
        refusals: [{ name: 'kafka', message: 'Port 9092 is used by the service events' }],
      }),
    },
  },
  'form-testing': {
    snapshot: snapshotOf(ordinary),
    answers: { 'service:test': () => new Promise(() => undefined) },
  },
  'form-test-failed': {
    snapshot: snapshotOf(ordinary),
    answers: {
      'service:test': () => ({
        ok: false,
        message: 'No ready pod behind svc/postgres',
        remedy: 'Check that its pods are running: kubectl get pods --context prod',
        tookMs: 900,
        findings: [],
      }),
    },
  },
  'link-asks': {
    snapshot: snapshotOf(ordinary),
    answers: {
      'link:get': () => ({
        id: '1',
        title: 'Turn on kafka?',
        text: 'A link in another app requested this.',
        accept: 'Turn On',
      }),
    },
  },
  'link-refused': {
    snapshot: snapshotOf(ordinary),
    answers: {
      'link:get': () => ({
        id: '1',
        title: 'This link does nothing',
        text: 'There is no forward with the name “kafka-2”.',
        accept: null,
      }),
    },
  },
  'empty-log': { snapshot: snapshotOf(ordinary), answers: { 'log:follow': () => [] } },
  ordinary: { snapshot: snapshotOf(ordinary) },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;

export const usualSettings: Settings = {
  openAtLogin: true,
  loginItemStatus: 'enabled',
  notifications: true,
  recoveryNotices: true,
  shortcut: 'Shift+Command+L',
  newHold: '',
  newOnDemand: false,
  shortcutRefused: false,
  notificationsRefused: false,
  bringsCommand: false,
};
