import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withKeyring } from '../helpers/keyring.ts';
import {
  atEnd,
  connectionTo,
  endAll,
  endTest,
  errorBeside,
  merchant,
  newDataFolder,
  openDesk,
  startServer,
} from './desk.ts';
import { createClient, fillConnection, startConnecting, type Connection } from './steps.ts';

type Case = {
  what: string;
  /** Parts of a connection that would work, replaced. */
  wrong: Partial<Connection>;
  /** The label of the field it is said beside, or the title of the banner. */
  place: { field: 'Base URL' | 'API key' | 'Secret key' } | { banner: string };
  says: string;
};

describe('a connection that cannot work', () => {
  let userDataDir: string;
  let page: Page;
  let good: Connection;
  const urls = { html: '', production: '', withoutPath: '' };

  beforeAll(async () => {
    const sandbox = await startServer();
    good = connectionTo(sandbox.url);
    urls.withoutPath = new URL('/', sandbox.url).href;
    urls.production = (await startServer({ environment: 'production' })).url;
    urls.html = await startWebSite();
    userDataDir = await newDataFolder();
    ({ page } = await openDesk(userDataDir));
    await startConnecting(page);
  });
  afterAll(endAll);

  const cases: (Case & { url?: keyof typeof urls })[] = [
    {
      what: 'no address',
      wrong: { baseUrl: '' },
      place: { field: 'Base URL' },
      says: 'Enter the Base URL',
    },
    {
      what: 'no scheme',
      wrong: { baseUrl: 'sandbox.bitit.pro/api/v1' },
      place: { field: 'Base URL' },
      says: 'must begin with https://',
    },
    {
      what: 'no web address',
      wrong: { baseUrl: 'https://' },
      place: { field: 'Base URL' },
      says: 'This is not a web address',
    },
    {
      what: 'http over the network',
      wrong: { baseUrl: 'http://sandbox.bitit.pro/api/v1' },
      place: { field: 'Base URL' },
      says: 'Plain http works only on this computer',
    },
    {
      what: 'a host that does not exist',
      wrong: { baseUrl: 'https://no-such-host.invalid/api/v1' },
      place: { field: 'Base URL' },
      says: 'No address was found for no-such-host.invalid',
    },
    {
      what: 'a port nobody listens on',
      wrong: { baseUrl: 'http://127.0.0.1:1/api/v1' },
      place: { field: 'Base URL' },
      says: 'Nothing accepts connections at 127.0.0.1:1',
    },
    {
      what: 'a web site',
      wrong: {},
      url: 'html',
      place: { field: 'Base URL' },
      says: 'it is not the Bitpro API',
    },
    {
      what: 'the right server without /api/v1',
      wrong: {},
      url: 'withoutPath',
      place: { field: 'Base URL' },
      says: 'it usually ends in /api/v1',
    },
    {
      what: 'the server of the other environment',
      wrong: {},
      url: 'production',
      place: { banner: 'This is the other environment' },
      says: 'This server says it is "production"',
    },
    {
      what: 'no API key',
      wrong: { apiKey: '' },
      place: { field: 'API key' },
      says: 'Enter the API key.',
    },
    {
      what: 'an API key with a space in it',
      wrong: { apiKey: 'e2e merchant' },
      place: { field: 'API key' },
      says: 'An API key has no spaces',
    },
    {
      what: 'an unknown API key',
      wrong: { apiKey: 'nobody' },
      place: { field: 'Secret key' },
      says: 'The server refused the API key or the secret key',
    },
    {
      what: 'no secret key',
      wrong: { secretKey: '' },
      place: { field: 'Secret key' },
      says: 'Enter the secret key.',
    },
    {
      what: 'the wrong secret key',
      wrong: { secretKey: `${merchant.secret}x` },
      place: { field: 'Secret key' },
      says: 'The server refused the API key or the secret key',
    },
  ];

  it.each(cases)('$what', async ({ wrong, url, place, says }) => {
    const typed = { ...good, ...wrong, ...(url === undefined ? {} : { baseUrl: urls[url] }) };
    await fillConnection(page, typed);
    await page.getByRole('button', { name: 'Test and save' }).click();
    if ('field' in place) {
      await expect.poll(() => errorBeside(page, place.field), { timeout: 30_000 }).toContain(says);
    } else {
      const banner = page.getByRole('alert').filter({ hasText: place.banner });
      await banner.getByText(says).waitFor();
    }
    expect({
      baseUrl: await page.getByLabel('Base URL').inputValue(),
      apiKey: await page.getByLabel('API key').inputValue(),
      secretKey: await page.getByLabel('Secret key').inputValue(),
    }).toEqual(typed);
    await expect(readFile(join(userDataDir, 'profiles.json'), 'utf8')).resolves.not.toMatch(
      /127\.0\.0\.1|e2e-merchant|nobody/,
    );
  });

  it('works at once when the mistake is mended', async () => {
    await fillConnection(page, good);
    await page.getByRole('button', { name: 'Test and save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await expect(readFile(join(userDataDir, 'profiles.json'), 'utf8')).resolves.toContain(
      merchant.apiKey,
    );
  });
});

describe('a clock twenty minutes off', () => {
  afterEach(endTest);

  it.each([
    { direction: 'behind', offsetMs: 20 * 60_000 },
    { direction: 'ahead of', offsetMs: -20 * 60_000 },
  ])('$direction: signs with the server’s time, and says so', async ({ direction, offsetMs }) => {
    const sandbox = await startServer({ now: () => Date.now() + offsetMs });
    const { page } = await openDesk(await newDataFolder());
    await startConnecting(page);
    await fillConnection(page, connectionTo(sandbox.url));
    await page.getByRole('button', { name: 'Test and save' }).click();
    const banner = page.getByRole('status').filter({ hasText: 'Check this computer’s clock' });
    await banner.getByText(new RegExp(`^It is 1,?(199|200|201) seconds ${direction}`)).waitFor();
    expect(sandbox.requests().filter(({ refusal }) => refusal !== undefined)).toEqual([]);
  });
});

describe('a keychain that cannot be used', () => {
  afterEach(endTest);

  it.each([
    { mode: 'absent', says: 'No keychain answers on this computer' },
    { mode: 'locked', says: 'The keychain is locked' },
  ] as const)('$mode: says so, and keeps the secret for this run only', async ({ mode, says }) => {
    await withKeyring(mode, async ({ env }) => {
      const sandbox = await startServer();
      const userDataDir = await newDataFolder();
      const { page, app } = await openDesk(userDataDir, env);
      await startConnecting(page);
      await fillConnection(page, connectionTo(sandbox.url));
      await page.getByRole('button', { name: 'Test and save' }).click();
      const banner = page.getByRole('alert').filter({ hasText: 'The keychain did not take' });
      await banner.getByText(says).waitFor();
      expect(await page.getByLabel('Secret key').inputValue()).toBe(merchant.secret);
      await expect(readFile(join(userDataDir, 'profiles.json'), 'utf8')).resolves.not.toContain(
        merchant.apiKey,
      );

      await page.getByRole('checkbox', { name: 'Keep for this run only' }).click();
      await page.getByRole('button', { name: 'Test and save' }).click();
      await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
      await page.getByRole('status', { name: 'Connection' }).getByText('Online').waitFor();
      await createClient(page, 'Aster Books');
      await app.close();

      const later = await openDesk(userDataDir, env);
      await later.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
      await later.page.getByText('Secret key: not entered').waitFor();
      await later.page.getByRole('button', { name: 'Enter the secret key' }).click();
      await later.page.getByLabel('Secret key').waitFor();
      await later.app.close();
    });
  });
});

/** Answers every request with a page, as a company's start page or a login wall would. */
async function startWebSite(): Promise<string> {
  const site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Welcome</title>');
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  atEnd(() => new Promise((resolve) => site.close(resolve)));
  const { port } = site.address() as AddressInfo;
  return `http://127.0.0.1:${port}/api/v1`;
}
