/** Each button beside a cause does what it says, on the real app, with a real sshd, ssh-agent, and kubectl. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, type Page } from 'playwright/test';
import { writeProfile } from '../../electron/core/testing/user-home.ts';
import { createWorld, type RunningApp, type World } from '../fixtures/electron-app.ts';
import { addEchoService, echoPort } from '../fixtures/echo-service.ts';
import { startKubeApi } from '../fixtures/kube-api.ts';
import { createSecretTools } from '../fixtures/secret-tools.ts';
import { exchange, freePort, startEchoServer, type FixtureServer } from '../fixtures/servers.ts';
import { startSshAgent } from '../fixtures/ssh-agent.ts';
import { lockKey } from '../fixtures/ssh-client.ts';
import { canServePasswords } from '../fixtures/sshd-password.ts';
import { startSshd, type Sshd, type SshdOptions } from '../fixtures/sshd.ts';

let target: FixtureServer;
let port: number;
let world: World;
let app: RunningApp;
/** The resources of one test, the newest last. */
let started: (() => Promise<void> | void)[];

test.beforeEach(async () => {
  started = [];
  target = await startEchoServer();
  port = await freePort();
});

test.afterEach(async () => {
  await world.close();
  for (const dispose of started.reverse()) await dispose();
  await target.stop();
});

async function startServer(options: SshdOptions = {}): Promise<Sshd> {
  const sshd = await startSshd(options);
  started.push(() => sshd.dispose());
  await sshd.trust();
  return sshd;
}

/** The app in an environment whose programs come first on PATH. */
async function start(
  config: string,
  folders: readonly string[],
  env: Record<string, string> = {},
): Promise<void> {
  const searchPath = [...folders, process.env['PATH'] ?? ''].join(path.delimiter);
  world = await createWorld({ config, env: { ...env, PATH: searchPath } });
  writeProfile(world, { env: { ...env, PATH: searchPath } });
  app = await world.start();
}

const sshService = ({ host, port: sshPort, user }: Sshd, more = ''): string => `services:
  - name: db # mine
    technology: ssh
    local_port: ${port}
    remote_port: ${target.port}
    connection: { host: ${host}, port: ${sshPort}, user: ${user}, remote_host: 127.0.0.1${more} }
`;

const becomesUp = (): Promise<unknown> =>
  app.waitForSnapshot('db is up', ({ services }) => services[0]?.phase === 'up');
const hasCause = (code: string): Promise<unknown> =>
  app.waitForSnapshot(`the cause is ${code}`, ({ services }) => services[0]?.cause?.code === code);
const act = async (page: Page, label: string): Promise<void> => {
  await page.locator('.row[data-name=db]').getByRole('button', { name: label }).click();
};

test('a wrong password in the config is replaced in place, and kept once it has worked', async () => {
  test.skip(!(await canServePasswords()), 'sshd can take no password here');
  const password = 'the right one';
  const sshd = await startServer({ password, config: ['PubkeyAuthentication no'] });
  const tools = createSecretTools();
  started.push(() => tools.dispose());
  await start(sshService(sshd, ', password: of yesterday'), [tools.binDirectory, sshd.binDirectory]);
  await hasCause('auth-failed');
  const page = await app.openPopover();
  await act(page, 'Enter Password…');
  const card = page.getByRole('form', { name: /asks for a password$/ });
  await expect(card.locator('input[type=password]')).toBeFocused();
  const name = `password of ${sshd.user}@${sshd.host}:${sshd.port}`;
  await card.getByRole('checkbox', { name: 'Remember in keychain' }).check();
  await card.locator('input[type=password]').fill('wrong again');
  await page.keyboard.press('Enter');
  await expect(card).toContainText('The last answer was not accepted');
  expect(tools.keychain(name)).toBeNull();
  await card.getByRole('checkbox', { name: 'Remember in keychain' }).check();
  await card.locator('input[type=password]').fill(password);
  await page.keyboard.press('Enter');
  await becomesUp();
  expect(await exchange({ host: '127.0.0.1', port }, 'hello')).toBe('hello');
  const noted = path.join(world.home, '.local/state/localport/remembered-answers.json');
  await expect.poll(() => readFile(noted, 'utf8').catch(() => ''), { timeout: 10_000 }).toContain(name);
  expect(tools.keychain(name)).toBe(password);
  expect(await app.quit()).toEqual({ code: 0, signal: null });

  app = await world.start();
  await becomesUp();
  expect(await app.quit()).toEqual({ code: 0, signal: null });
});

test('a locked key is added to the agent after LocalPort asks for its passphrase in place', async () => {
  const passphrase = 'tortoise & hare';
  const [sshd, agent] = await Promise.all([startServer(), startSshAgent()]);
  started.push(() => agent.dispose());
  await sshd.client.addConfig(`Host *\n  IdentityAgent ${agent.socket}`);
  await lockKey(sshd.keyFile, passphrase);
  await start(sshService(sshd), [sshd.binDirectory]);
  await app.waitForSnapshot('ssh asks', ({ prompts }) => prompts.length === 1);
  const page = await app.openPopover();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await hasCause('question-unanswered');
  await act(page, 'Add Key to Agent…');
  await expect(page.getByText(`ssh-add ${sshd.keyFile}`)).toBeVisible();
  const card = page.getByRole('form', { name: /^The key .* is locked$/ });
  await card.locator('input[type=password]').fill('wrong');
  await page.keyboard.press('Enter');
  await expect(card).toContainText('The last answer was not accepted');
  expect(await agent.keys()).toBe('');
  await card.locator('input[type=password]').fill(passphrase);
  await page.keyboard.press('Enter');
  await expect(page.getByText('The key is in your agent. LocalPort is reconnecting.')).toBeVisible();
  await becomesUp();
  expect(await agent.keys()).toContain('ssh-ed25519 ');
  expect(await exchange({ host: '127.0.0.1', port }, 'hello')).toBe('hello');
  expect(await app.quit()).toEqual({ code: 0, signal: null });
  await app.expectNothingLeft([port]);
});

test('a missing context is replaced with one from the list, and this can be undone', async () => {
  const kube = await startKubeApi();
  started.push(() => kube.dispose());
  addEchoService(kube, target);
  const config = `services:
  - name: db # mine
    technology: kubectl
    local_port: ${port}
    remote_port: ${echoPort}
    connection: { context: of-yesterday, resource_name: echo }
`;
  await start(config, [kube.client.binDirectory], { KUBECONFIG: kube.client.kubeconfigFile });
  await hasCause('context-missing');
  const page = await app.openPopover();
  await act(page, 'Choose Context…');
  await page
    .getByRole('group', { name: 'Contexts' })
    .getByRole('button', { name: 'fixture', exact: true })
    .click();
  await expect(page.getByText('db: context fixture')).toBeVisible();
  expect(await readFile(world.configFile, 'utf8')).toBe(config.replace('of-yesterday', 'fixture'));
  await becomesUp();
  expect(await exchange({ host: '127.0.0.1', port }, 'hello')).toBe('hello');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => readFile(world.configFile, 'utf8')).toBe(config);
  expect(await app.quit()).toEqual({ code: 0, signal: null });
});

test('the pods behind a target are shown in place, from the kubeconfig that the service names', async () => {
  const kube = await startKubeApi();
  started.push(() => kube.dispose());
  kube.addPod('echo-0', { labels: { app: 'echo' } });
  kube.addService('echo', { selector: { app: 'echo' }, ports: [7000] });
  kube.setPodPhase('echo-0', 'Pending');
  await start(
    `services:
  - name: db
    technology: kubectl
    local_port: ${port}
    remote_port: 7000
    connection: { kubeconfig: ${kube.client.kubeconfigFile}, resource_name: echo }
`,
    [kube.client.binDirectory],
  );
  await hasCause('no-ready-pod');
  const page = await app.openPopover();
  await act(page, 'Show Pods');
  await expect(page.getByText(/^kubectl get pods -n default --context fixture$/)).toBeVisible();
  await expect(page.getByRole('log', { name: 'Output' })).toContainText('echo-0');
  expect(await app.quit()).toEqual({ code: 0, signal: null });
});
