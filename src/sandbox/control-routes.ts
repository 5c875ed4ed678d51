import type { FastifyInstance } from 'fastify';
import { ApiError } from './api-error.ts';
import { parseDecimal } from './amounts.ts';
import { paramsOf } from './gate.ts';
import type { Controls } from './controls.ts';
import type { RequestLog } from './request-log.ts';
import type { Params } from './rules.ts';

/** Below /sandbox, no part of the Bitpro API: what a test or a tutorial needs from outside. */
export function addControlRoutes(
  app: FastifyInstance,
  controls: Controls & Pick<RequestLog, 'requests'>,
): void {
  app.addHook('onRequest', (request, _reply, done) => {
    // The server listens on loopback only, but a web page in a browser can post there too.
    const fromPage = request.headers.origin !== undefined;
    const local = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '');
    done(fromPage || !local ? new ApiError(403, ['Control is for local programs']) : undefined);
  });

  app.post<{ Params: { uid: string } }>('/clients/:uid/deposits', (request) =>
    controls.deposit(request.params.uid, wholeNumber(paramsOf(request), 'sats')),
  );
  app.post('/advance', (request) => {
    const ms = wholeNumber(paramsOf(request), 'ms');
    controls.advance(ms);
    return { advanced_ms: ms };
  });
  app.get('/ledger', () => controls.ledger());
  app.get('/requests', () => controls.requests());
}

function wholeNumber(params: Params, name: string): number {
  const value = Number(parseDecimal(params.get(name), 0) ?? 0n);
  if (value <= 0 || !Number.isSafeInteger(value)) {
    throw new ApiError(422, [`${name} must be a whole number greater than 0`]);
  }
  return value;
}
