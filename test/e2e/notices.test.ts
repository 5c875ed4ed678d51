import { afterEach, describe, expect, it } from 'vitest';
import { withKeyring } from '../helpers/keyring.ts';
import {
  atEnd,
  connectionTo,
  confirmDeposits,
  endTest,
  newDataFolder,
  ONE_BTC,
  openDesk,
  openFundedDesk,
  startServer,
  type Desk,
} from './desk.ts';
import { hasElectron, type LaunchedApp } from './launch.ts';
import { fillConnection, goTo, startConnecting } from './steps.ts';

afterEach(endTest);

type Notified = { title: string; body: string };

/** What the rig kept of the system's notifications; Electron shows them, and tells nobody. */
const notified = (app: LaunchedApp): Promise<Notified[]> =>
  app.evaluate((electron) => Reflect.get(electron, 'rigRecord').notified as Notified[]);

describe.skipIf(hasElectron())('a notification of the system', () => {
  it('holds no amount and no name unless that was chosen, and leads to the history', async () => {
    const sandbox = await startServer();
    const desk = await openFundedDesk(await newDataFolder(), sandbox);
    await expect.poll(async () => (await notified(desk.app)).length).toBeGreaterThan(0);
    for (const { title, body } of await notified(desk.app)) {
      expect(`${title} ${body}`).not.toMatch(/\d|BTC|Aster/);
    }
    // One that the app held no longer would be gone by now, and its click with it.
    const isHeard = await desk.app.evaluate(async (electron) => {
      const { setFlagsFromString } = process.getBuiltinModule('node:v8');
      setFlagsFromString('--expose-gc');
      const { setTimeout } = process.getBuiltinModule('node:timers/promises');
      await setTimeout(50);
      process.getBuiltinModule('node:vm').runInNewContext('gc')();
      await setTimeout(50);
      return Reflect.get(electron, 'rigRecord').clickNotification(-1) as boolean;
    });
    expect(isHeard).toBe(true);
    await desk.page.getByRole('heading', { level: 1, name: 'History' }).waitFor();

    await goTo(desk.page, 'Settings');
    // It is checked once main has kept it.
    const details = desk.page.getByLabel('Amounts and names in system notifications');
    await details.click();
    await expect.poll(() => details.isChecked()).toBe(true);
    const before = (await notified(desk.app)).length;
    await receive(desk, sandbox);
    await expect.poll(async () => (await notified(desk.app)).length).toBeGreaterThan(before);
    const [told] = (await notified(desk.app)).slice(before);
    expect(told?.body).toContain('1.00000000 BTC for Aster Books');
  });
});

async function receive(
  { page, uid }: Desk & { uid: string },
  sandbox: Awaited<ReturnType<typeof startServer>>,
): Promise<void> {
  sandbox.deposit(uid, ONE_BTC);
  confirmDeposits(sandbox);
  await goTo(page, 'Clients');
  await page.getByRole('row').filter({ hasText: 'Aster Books' }).first().click();
  await page.getByRole('button', { name: 'Refresh', exact: true }).click();
}

it('lets whoever does not want to unlock the keychain stop waiting for it', async () => {
  const sandbox = await startServer();
  await withKeyring('unlocked', async (keyring) => {
    const { page, app } = await openDesk(await newDataFolder(), keyring.env);
    atEnd(() => app.kill('SIGKILL'));
    keyring.freeze();
    try {
      await startConnecting(page);
      await fillConnection(page, connectionTo(sandbox.url));
      await page.getByRole('button', { name: 'Test and save' }).click();
      await page.getByRole('button', { name: 'Do not wait for the keychain' }).click();
      await page.getByText('The keychain is locked').first().waitFor();
    } finally {
      keyring.thaw();
    }
  });
});
