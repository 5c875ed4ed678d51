import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BrowserWindow, Rectangle } from 'electron';

export type WindowState = { bounds: Rectangle; isMaximized: boolean };

const SAVE_DELAY_MS = 500;
/** How much of the title bar must be on a display for the window to be reachable with a mouse, in DIP. */
const REACHABLE = { width: 160, height: 40 };

/** Undefined when there is none, it cannot be read, or its window would lie off every display. */
export function readWindowState(
  file: string,
  workAreas: readonly Rectangle[],
): WindowState | undefined {
  try {
    const state: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isWindowState(state) && isReachable(state.bounds, workAreas) ? state : undefined;
  } catch {
    return undefined;
  }
}

/** Written beside and renamed: a crash leaves the old state or the new one, never half of one. */
export function writeWindowState(file: string, state: WindowState): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.tmp`, JSON.stringify(state));
  renameSync(`${file}.tmp`, file);
}

/** Saves shortly after the last move, and once more when the window closes. */
export function keepWindowState(window: BrowserWindow, file: string): void {
  let timer: NodeJS.Timeout | undefined;
  const save = (): void => {
    clearTimeout(timer);
    if (window.isDestroyed() || window.isMinimized()) return;
    try {
      writeWindowState(file, {
        bounds: window.getNormalBounds(),
        isMaximized: window.isMaximized(),
      });
    } catch {
      // A full or read-only disk costs the window's place, nothing else.
    }
  };
  const saveSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_DELAY_MS);
  };
  window.on('resize', saveSoon);
  window.on('move', saveSoon);
  window.on('close', save);
  window.on('closed', () => clearTimeout(timer));
}

function isReachable(bounds: Rectangle, workAreas: readonly Rectangle[]): boolean {
  return workAreas.some((area) => {
    const width =
      Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
    const isTopInside = bounds.y >= area.y && bounds.y <= area.y + area.height - REACHABLE.height;
    return width >= REACHABLE.width && isTopInside;
  });
}

function isWindowState(value: unknown): value is WindowState {
  if (!isRecord(value) || typeof value['isMaximized'] !== 'boolean') return false;
  const bounds = value['bounds'];
  return (
    isRecord(bounds) &&
    ['x', 'y', 'width', 'height'].every((side) => Number.isSafeInteger(bounds[side]))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
