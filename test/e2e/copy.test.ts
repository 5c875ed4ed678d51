import { afterEach, expect, it } from 'vitest';
import { endTest, newDataFolder, openDesk, type Desk } from './desk.ts';
import { goTo, openClient, startPractising } from './steps.ts';

const CLIENT = 'Lindqvist Marine';

afterEach(endTest);

const held = ({ app }: Desk): Promise<string> =>
  app.evaluate(({ clipboard }) => clipboard.readText());

it('copies what the page shows by every Copy button, though the page has no permission to', async () => {
  const desk = await openDesk(await newDataFolder());
  const { page, app } = desk;
  await startPractising(page);
  await openClient(page, CLIENT);
  await page.getByRole('button', { name: 'Copy UID' }).click();
  const uid = /clients\/([^/?]+)/.exec(page.url())?.[1] ?? '';
  await expect.poll(() => held(desk)).toBe(uid);

  await page.getByRole('button', { name: 'Copy address' }).click();
  await page.getByText('Copied and checked').waitFor();
  expect(await page.locator('main').textContent()).toContain((await held(desk)).slice(0, 4));

  await goTo(page, 'History');
  await page.getByRole('gridcell').first().waitFor();
  await page.getByRole('grid').focus();
  await page.keyboard.press('Home');
  await page.locator('[aria-selected=true]').waitFor();
  await page.keyboard.press('Enter');
  const copyButtons = page.getByRole('dialog').getByRole('button', { name: /^Copy / });
  await copyButtons.first().waitFor();
  for (const button of await copyButtons.all()) {
    await app.evaluate(({ clipboard }) => clipboard.writeText('before'));
    await button.click();
    await expect.poll(() => held(desk)).not.toBe('before');
    const shown = await page.getByRole('dialog').locator('[title]').all();
    const whole = await Promise.all(shown.map((part) => part.getAttribute('title')));
    expect(whole).toContain(await held(desk));
  }
  expect(await page.getByText('Not copied').count()).toBe(0);

  await app.evaluate(({ clipboard }) => {
    clipboard.readText = () => Promise.reject(new Error('another program holds it'));
  });
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await openClient(page, CLIENT);
  await page.getByRole('button', { name: 'Copy UID' }).click();
  await page.getByText('cannot be read back').waitFor();
});
