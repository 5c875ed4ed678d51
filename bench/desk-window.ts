import { copyFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { launchApp, type LaunchedApp } from '../test/e2e/launch.ts';
import { makeOfflineProfile } from '../test/e2e/offline-profile.ts';
import type { Context } from './harness.ts';

/** A data folder whose open profile holds the data of the bench; it may be written to. */
export function copyOfDesk(context: Context): string {
  const userDataDir = context.scratch('desk');
  const { recordsPath, cachePath } = makeOfflineProfile(userDataDir);
  const dataset = context.dataset();
  copyFileSync(dataset.recordsPath, recordsPath);
  copyFileSync(dataset.cachePath, cachePath);
  return userDataDir;
}

/** Runs with the app's window open on the overview, and ends the app however that ends. */
export async function withDesk<Value>(
  userDataDir: string,
  use: (page: Page, app: LaunchedApp) => Promise<Value>,
): Promise<Value> {
  const app = await launchApp({ userDataDir });
  try {
    const page = await app.firstWindow();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor({ timeout: 60_000 });
    return await use(page, app);
  } finally {
    await app.close();
  }
}
