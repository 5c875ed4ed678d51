/**
 * A signal of one request that also follows `outer`, which may live as long as the app. `unlink` must be called when
 * the request has ended: then nothing of it is kept. (`AbortSignal.any` keeps each signal that anything still listens
 * to for as long as its sources live: 5 kB a request.)
 */
export function linkAbort(outer: AbortSignal | undefined): {
  signal: AbortSignal;
  abort: (reason?: unknown) => void;
  unlink: () => void;
} {
  const controller = new AbortController();
  const follow = () => controller.abort(outer?.reason);
  if (outer?.aborted) follow();
  else outer?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    unlink: () => outer?.removeEventListener('abort', follow),
  };
}
