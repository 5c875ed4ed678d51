import { useSyncExternalStore } from 'react';

const TICK_MS = 1000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  for (const each of listeners) each();
}

/** Ticks while somebody listens and somebody can see it. */
function follow(): void {
  const wanted = listeners.size > 0 && !document.hidden;
  if (wanted === (timer !== undefined)) return;
  clearInterval(timer);
  timer = wanted ? setInterval(tick, TICK_MS) : undefined;
}

function onVisibility(): void {
  follow();
  // What stood still meanwhile must not be read as now.
  if (!document.hidden) tick();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) document.addEventListener('visibilitychange', onVisibility);
  listeners.add(listener);
  follow();
  return () => {
    listeners.delete(listener);
    follow();
    if (listeners.size === 0) document.removeEventListener('visibilitychange', onVisibility);
  };
}

/**
 * The time in ms, rounded down to `stepMs`: a component renders again only when the step changes.
 * All users share one timer, which stands while the window is hidden.
 */
export function useNow(stepMs = TICK_MS): number {
  return useSyncExternalStore(subscribe, () => Math.floor(Date.now() / stepMs) * stepMs);
}
