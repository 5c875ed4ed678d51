import type { Http } from './http.ts';

let systemTrust: Promise<() => Promise<void>> | null = null;

/** One for the process, as its certificates are. */
async function trustSystem(): Promise<void> {
  systemTrust ??= import('./trust.ts').then(({ createSystemTrust }) => createSystemTrust());
  await (
    await systemTrust
  )();
}

/**
 * `http.ts` from the first request on. It brings in Node's http, https and tls, and https needs the certificates of
 * the system besides: more than all else that the first screen waits for, which shows what was read before.
 */
export function createLazyHttp(now: () => number, onHungUp?: () => void): Http {
  let loading: Promise<Http> | null = null;

  async function load(): Promise<Http> {
    const { createHttp } = await import('./http.ts');
    return createHttp(now, onHungUp);
  }

  async function httpFor({ protocol }: URL): Promise<Http> {
    const http = await (loading ??= load());
    if (protocol === 'https:') await trustSystem();
    return http;
  }

  return {
    get: async (request, limits) => (await httpFor(request.origin)).get(request, limits),
    post: async (request, limits) => (await httpFor(request.origin)).post(request, limits),
  };
}
