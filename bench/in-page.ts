import type { Bridge } from '#shared/ipc/bridge.ts';
import { PAGE_ROWS } from '../src/renderer/features/history/row-pages.ts';
import { showVanillaList } from './vanilla-list.ts';

/** What runs in the app's page, sent there by its source: a function may use nothing from outside its own body. */

export function frameAfterNext(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  });
}

/** The vanilla list over the app's own, asked for and painted; a million rows fit it on a screen of one density. */
export function paintVanilla({ rows, descending }: { rows: number; descending: boolean }): string {
  const options = JSON.stringify({ rowCount: rows, pageRows: PAGE_ROWS, descending });
  return `(async () => {
    const startMs = performance.now();
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await (${showVanillaList.toString()})(${options});
    await frame();
    await frame();
    return performance.now() - startMs;
  })()`;
}

export function removeVanilla(): void {
  document.getElementById('vanilla-list')?.remove();
}

/** Shows the vanilla list, or what it lies over. */
export function bringUp(selector: string): void {
  const vanilla = document.getElementById('vanilla-list');
  if (vanilla) vanilla.hidden = selector !== '#vanilla-list';
}

/** Milliseconds from a click on the header until the list in the other order is painted. */
export async function turnOrder(): Promise<number> {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const topRow = () => document.querySelector('[role=grid] [aria-rowindex="2"]')?.textContent;
  const before = topRow();
  const startMs = performance.now();
  document.querySelector<HTMLElement>('[role=columnheader] button')?.click();
  while (topRow() === before) await frame();
  await frame();
  return performance.now() - startMs;
}

export function putFirst({ selector, start }: { selector: string; start: number }): void {
  const list = document.querySelector(selector);
  if (list) list.scrollTop = start * (list.scrollHeight - list.clientHeight);
}

/** Keeps the time from each frame to the next until `stopCounting` is called. */
export function countFrames(): void {
  const framesMs: number[] = [];
  let lastMs: number | undefined;
  let isCounting = true;
  const onFrame = (atMs: number): void => {
    if (lastMs !== undefined) framesMs.push(atMs - lastMs);
    lastMs = atMs;
    if (isCounting) requestAnimationFrame(onFrame);
  };
  requestAnimationFrame(onFrame);
  const stopCounting = (): number[] => {
    isCounting = false;
    return framesMs;
  };
  Object.assign(window, { stopCounting });
}

/** Milliseconds of one request, from the page to main and back. */
export async function invoke([name, input]: readonly [string, unknown]): Promise<number> {
  const { bitpro } = window as unknown as { bitpro: Bridge };
  const startMs = performance.now();
  await bitpro.invoke(name, input);
  return performance.now() - startMs;
}

/**
 * Milliseconds from the moment the list asks for rows until they are in the document and laid out. Its scroll
 * event is sent by hand: Chromium sends it with the next frame, and waiting for that is no reading.
 */
export function rowsOnScreen(share: number): Promise<number> {
  const grid = document.querySelector('[role=grid]');
  const body = grid?.lastElementChild;
  if (!grid || !body) throw new Error('There is no list');
  return new Promise((resolve) => {
    let startMs = 0;
    const observer = new MutationObserver(() => {
      const middle = body.children[Math.floor(body.children.length / 2)];
      if (middle?.textContent === '' || startMs === 0) return;
      observer.disconnect();
      middle?.getBoundingClientRect();
      resolve(performance.now() - startMs);
    });
    grid.scrollTop = share * (grid.scrollHeight - grid.clientHeight);
    startMs = performance.now();
    grid.dispatchEvent(new Event('scroll'));
    // What the list draws at once, before the rows are there, is nothing to wait for.
    observer.observe(body, { childList: true, subtree: true, characterData: true });
  });
}

/** Milliseconds from the click until rows of the list are painted. */
export async function openHistory(): Promise<number> {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const startMs = performance.now();
  document.querySelector<HTMLElement>('nav a[href$="/history"]')?.click();
  while (!document.querySelector('[role=grid] [aria-selected] time')) await frame();
  await frame();
  return performance.now() - startMs;
}
