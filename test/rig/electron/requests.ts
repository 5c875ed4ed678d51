import { createEvent } from './modelled.ts';
import { handlerFor, isCancelled, privilegedSchemes, type Session } from './session.ts';
import type { NetDecision, NetRequest } from '../messages.ts';

type NavigationEvent = { preventDefault: () => void; url: string };

/** What becomes of a request of a page: the page's own rules first, then its session's. */
export async function decideRequest(
  request: NetRequest,
  session: Session,
  navigate: (event: NavigationEvent) => void,
): Promise<NetDecision> {
  if (request.isPageNavigation) {
    const event = createEvent({ url: request.url, isMainFrame: request.isMainFrame });
    navigate(event);
    if (event.defaultPrevented) return { action: 'abort' };
  }
  if (await isCancelled(session, request)) return { action: 'abort' };
  const scheme = request.url.slice(0, request.url.indexOf(':'));
  if (!privilegedSchemes.has(scheme)) return { action: 'continue' };
  const handler = handlerFor(session, scheme);
  if (handler === undefined) return { action: 'abort' };
  const { url, method, headers } = request;
  const response = await handler(new Request(url, { method, headers: requestHeaders(headers) }));
  // Chromium takes a response without a type for HTML, and then refuses it as a script.
  const sent = { 'content-type': 'text/html', ...Object.fromEntries(response.headers) };
  const body = new Uint8Array(await response.arrayBuffer());
  return { action: 'answer', status: response.status, headers: sent, body };
}

/** Node's Request refuses the names that only a browser may set. */
function requestHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':')));
}
