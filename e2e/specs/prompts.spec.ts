import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'playwright/test';
import { createWorld } from '../fixtures/electron-app.ts';
import { startFarEnd, writeProfile } from '../fixtures/far-end.ts';
import { exchange } from '../fixtures/servers.ts';

const passphrase = 'tortoise & hare';

test('a locked key is unlocked in the popover, by keyboard, and its passphrase is nowhere', async () => {
  const farEnd = await startFarEnd();
  const { keyFile } = farEnd.sshd;
  await promisify(execFile)('ssh-keygen', ['-q', '-p', '-P', '', '-N', passphrase, '-f', keyFile]);
  const world = await createWorld({ config: farEnd.config, env: farEnd.env });
  try {
    await writeProfile(world, farEnd);
    const app = await world.start();
    await app.waitForSnapshot('ssh asks', ({ prompts }) => prompts.length === 1);
    const page = await app.openPopover();
    const card = page.getByRole('form', { name: /^The key .* is locked$/ });
    await expect(card).toContainText('For ssh');
    await expect(card.locator('input')).toBeFocused();

    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    await expect(card).toContainText('The last answer was not accepted');
    await expect(card.locator('input')).toHaveValue('');
    await page.keyboard.type(passphrase);
    await page.keyboard.press('Enter');
    await expect(card).toHaveCount(0);
    await app.waitForSnapshot('ssh is up', ({ services }) => services[0]?.phase === 'up');
    expect(await exchange({ host: '127.0.0.1', port: farEnd.ports.ssh }, 'hello')).toBe('hello');
    // grep ends with 1 where it finds nothing.
    await expect(promisify(execFile)('grep', ['-r', '-F', passphrase, world.home])).rejects.toMatchObject({
      code: 1,
    });
    await app.quit();
    await app.expectNothingLeft(farEnd.allPorts);
  } finally {
    await world.close();
    await farEnd.dispose();
  }
});

test('a question that is canceled fails its service, and is not asked again', async () => {
  const farEnd = await startFarEnd();
  const { keyFile } = farEnd.sshd;
  await promisify(execFile)('ssh-keygen', ['-q', '-p', '-P', '', '-N', passphrase, '-f', keyFile]);
  const world = await createWorld({ config: farEnd.config, env: farEnd.env });
  try {
    await writeProfile(world, farEnd);
    const app = await world.start();
    await app.waitForSnapshot('ssh asks', ({ prompts }) => prompts.length === 1);
    const page = await app.openPopover();
    await page.getByRole('button', { name: 'Cancel' }).click();
    const failed = await app.waitForSnapshot(
      'ssh has failed',
      ({ services }) => services[0]?.phase === 'failed',
    );
    expect(failed.services[0]).toMatchObject({ cause: { code: 'question-unanswered' }, nextRetryAt: null });
    await page.getByRole('button', { name: 'Try again' }).click();
    await app.waitForSnapshot('ssh asks again', ({ prompts }) => prompts.length === 1);
  } finally {
    await world.close();
    await farEnd.dispose();
  }
});
