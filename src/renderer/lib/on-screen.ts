import { useEffect } from 'react';
import { call } from './ipc.ts';

/** As many as main takes; no window shows more. */
const MAX_UIDS = 200;

/** Has main read these clients before the others for as long as they are on screen. */
export function useOnScreen(uids: readonly string[]): void {
  const key = uids.join(' ');
  useEffect(() => {
    if (key !== '') void call('sync.prioritise', { uids: key.split(' ').slice(0, MAX_UIDS) });
  }, [key]);
  useEffect(() => () => void call('sync.prioritise', { uids: [] }), []);
}
